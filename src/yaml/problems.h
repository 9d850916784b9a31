#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "yaml/node.h"

namespace llmctl::yaml {

/// Collects what is wrong with one file, so that all of it can be reported at once.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(Mark mark, std::string message);
  bool empty() const { return details_.empty(); }
  const std::string& file() const { return file_; }
  /// By position.
  std::vector<ErrorDetail> sorted() const;

 private:
  std::string file_;
  std::vector<ErrorDetail> details_;
};

/// Throws Error(invalid_data) that carries the details, unless there are none.
void throw_if_any(std::vector<ErrorDetail> details);

/// The text in single quotes for a message: shortened, control characters made visible.
std::string in_quotes(std::string_view text);

}  // namespace llmctl::yaml
