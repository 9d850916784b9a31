#include "yaml/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "yaml/reader.h"

namespace llmctl::yaml {
namespace {

std::string normalised(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    result += text[i];
  }
  return result;
}

std::optional<std::size_t> find_control_character(std::string_view text) {
  const auto* const found = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
  });
  if (found == text.end()) return std::nullopt;
  return static_cast<std::size_t>(found - text.begin());
}

std::string name_of_control_character(char c) {
  if (c == '\0') return "a NUL character";
  if (c == '\r') return "a carriage return that ends no line";
  return fmt::format("the control character U+{:04X}", static_cast<unsigned char>(c));
}

}  // namespace

Source::Source(std::string_view text, const std::string& file) {
  if (text.size() > max_file_size) {
    throw_syntax_error(file, {0, 0}, "the file is larger than 64 MiB");
  }
  text_ = normalised(text);
  const auto invalid = find_invalid_utf8(text_);
  const auto control =
      find_control_character(std::string_view(text_).substr(0, invalid.value_or(text_.size())));
  if (control) {
    throw_syntax_error(file, mark_at(*control),
                       name_of_control_character(text_[*control]) + " is not allowed");
  }
  if (invalid) throw_syntax_error(file, mark_at(*invalid), "this byte is not UTF-8");
}

Mark Source::mark_at(std::size_t offset) {
  offset = std::min(offset, text_.size());
  if (offset < last_offset_) {
    if (offset < line_start_) {
      line_start_ = 0;
      last_ = {};
    }
    last_.column = 1;
    last_offset_ = line_start_;
  }
  for (; last_offset_ < offset; ++last_offset_) {
    const auto byte = static_cast<unsigned char>(text_[last_offset_]);
    if (byte == '\n') {
      ++last_.line;
      last_.column = 1;
      line_start_ = last_offset_ + 1;
    } else if ((byte & 0xc0) != 0x80) {
      ++last_.column;
    }
  }
  return last_;
}

void throw_syntax_error(const std::string& file, Mark mark, std::string message) {
  throw_if_any({{file, mark.line, mark.column, std::move(message)}});
  throw Error(ErrorKind::internal, "a syntax error without a problem");
}

}  // namespace llmctl::yaml
