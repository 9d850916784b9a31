#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "yaml/node.h"
#include "yaml/problems.h"

namespace llmctl::yaml {

inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// A file's text as the parser gets it, and where its bytes are for a person.
class Source {
 public:
  /// Drops byte order marks and turns CRLF into LF. Throws Error(invalid_data) for what no YAML
  /// text may hold: invalid UTF-8, NUL and other control characters, too many bytes.
  Source(std::string text, const std::string& file);

  const std::string& text() const { return text_; }
  /// Takes as long as the way from the offset that was asked for before.
  Mark mark_at(std::size_t offset);

 private:
  void go_on_to(std::size_t offset);
  void go_back_to(std::size_t offset);

  std::string text_;
  std::size_t offset_ = 0;  ///< where mark_ is
  Mark mark_;
};

/// Throws the one problem after which a file cannot be read.
[[noreturn]] void throw_syntax_error(const std::string& file, Mark mark, std::string message);

}  // namespace llmctl::yaml
