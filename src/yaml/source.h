#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "yaml/node.h"
#include "yaml/problems.h"

namespace llmctl::yaml {

/// A file's text as the parser gets it, and where its bytes are for a person.
class Source {
 public:
  /// Drops a byte order mark and turns CRLF into LF. Throws Error(invalid_data) for what no YAML
  /// text may hold: invalid UTF-8, NUL and other control characters, too many bytes.
  Source(std::string_view text, const std::string& file);

  const std::string& text() const { return text_; }
  /// Quick when asked in ascending order.
  Mark mark_at(std::size_t offset);

 private:
  std::string text_;
  std::size_t line_start_ = 0;
  std::size_t last_offset_ = 0;
  Mark last_;
};

/// Throws the one problem after which a file cannot be read.
[[noreturn]] void throw_syntax_error(const std::string& file, Mark mark, std::string message);

}  // namespace llmctl::yaml
