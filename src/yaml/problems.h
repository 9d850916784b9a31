#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "yaml/node.h"

namespace llmctl::yaml {

/// Collects what is wrong with one file, so that all of it can be reported at once.
class Problems {
 public:
  /// What `others` has refused is refused here, too; they must live as long.
  explicit Problems(std::string file, const Problems* others = nullptr)
      : file_(std::move(file)), others_(others) {}

  void add(Mark mark, std::string message);
  /// Says all that is to be said of this place: what is added later is left out.
  void refuse(Mark mark, std::string message);
  bool empty() const { return details_.empty(); }
  const std::string& file() const { return file_; }
  /// By position.
  std::vector<ErrorDetail> sorted() const;

 private:
  bool is_refused(Mark mark) const;

  std::string file_;
  const Problems* others_;
  std::vector<ErrorDetail> details_;
  std::set<std::pair<int, int>> refused_;  ///< line and column
};

/// Throws Error(invalid_data) that carries the details, unless there are none.
void throw_if_any(std::vector<ErrorDetail> details);

/// The text in single quotes for a message: shortened, control characters made visible.
std::string in_quotes(std::string_view text);

}  // namespace llmctl::yaml
