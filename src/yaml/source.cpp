#include "yaml/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "yaml/reader.h"

namespace llmctl::yaml {
namespace {

/// In place, because a file may be large.
void normalise(std::string& text) {
  std::size_t from = 0;
  while (std::string_view(text).substr(from).starts_with(byte_order_mark)) {
    from += byte_order_mark.size();
  }
  text.erase(0, from);
  std::size_t to = text.find("\r\n");
  if (to == std::string::npos) return;
  for (from = to; from < text.size(); ++from) {
    if (text[from] == '\r' && from + 1 < text.size() && text[from + 1] == '\n') continue;
    text[to++] = text[from];
  }
  text.resize(to);
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

Source::Source(std::string text, const std::string& file) : text_(std::move(text)) {
  if (text_.size() > max_file_size) {
    throw_syntax_error(file, {0, 0}, "the file is larger than 64 MiB");
  }
  normalise(text_);
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
  if (offset < offset_) {
    go_back_to(offset);
  } else {
    go_on_to(offset);
  }
  return mark_;
}

void Source::go_on_to(std::size_t offset) {
  std::string_view way = std::string_view(text_).substr(offset_, offset - offset_);
  for (std::size_t end = way.find('\n'); end != std::string_view::npos; end = way.find('\n')) {
    ++mark_.line;
    mark_.column = 1;
    way.remove_prefix(end + 1);
  }
  mark_.column += static_cast<int>(count_code_points(way));
  offset_ = offset;
}

void Source::go_back_to(std::size_t offset) {
  const std::string_view way = std::string_view(text_).substr(offset, offset_ - offset);
  const auto lines = static_cast<int>(std::ranges::count(way, '\n'));
  if (lines == 0) {
    mark_.column -= static_cast<int>(count_code_points(way));
  } else {
    const std::size_t before = offset == 0 ? std::string::npos : text_.rfind('\n', offset - 1);
    const std::size_t start = before == std::string::npos ? 0 : before + 1;
    mark_.line -= lines;
    mark_.column =
        1 +
        static_cast<int>(count_code_points(std::string_view(text_).substr(start, offset - start)));
  }
  offset_ = offset;
}

void throw_syntax_error(const std::string& file, Mark mark, std::string message) {
  throw_if_any({{file, mark.line, mark.column, std::move(message)}});
  throw Error(ErrorKind::internal, "a syntax error without a problem");
}

}  // namespace llmctl::yaml
