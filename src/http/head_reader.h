#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace llmctl::http {

/// Puts the head of a reply together from its lines. Interim replies (1xx) before it and trailers
/// after it are left out, but count for the limit.
class HeadReader {
 public:
  explicit HeadReader(std::size_t limit) : limit_(limit) {}

  /// One line with its end. Gives the head with the empty line after it, once.
  std::optional<ReplyHead> feed(std::string_view line);

  /// What is wrong with the lines so far; then there is no head.
  const std::optional<std::string>& problem() const { return problem_; }

 private:
  void read_status_line(std::string_view line);
  void read_field(std::string_view line);

  std::size_t limit_;
  std::size_t bytes_ = 0;
  bool is_begun_ = false;
  bool is_complete_ = false;
  ReplyHead head_;
  std::optional<std::string> problem_;
};

}  // namespace llmctl::http
