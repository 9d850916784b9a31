#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmctl {

/// Byte offset of the first sequence that is not UTF-8 (RFC 3629: no overlong forms, no
/// surrogates), or nothing.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// The text with U+FFFD for each byte that is not part of UTF-8.
std::string replace_invalid_utf8(std::string_view text);

/// Number of code points; the text must be UTF-8.
std::size_t count_code_points(std::string_view text);

/// The first `limit` code points; the text must be UTF-8.
std::string_view first_code_points(std::string_view text, std::size_t limit);

/// One code point and its length in bytes. Invalid bytes come one at a time with valid = false.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 1;
  bool valid = false;
};
/// Reads the code point at the start of `text`, which must not be empty.
CodePoint next_code_point(std::string_view text);

/// Columns that a terminal gives this code point: 0 for combining marks, 2 for East Asian wide and
/// emoji, else 1.
int display_width(char32_t code_point);
/// Sum over the text.
int display_width(std::string_view text);

std::string to_lower_ascii(std::string_view text);
std::string_view trim(std::string_view text);

/// The parts between separators; empty ones are left out.
std::vector<std::string> split(std::string_view text, char separator);

/// The candidate most like `text` (edit distance, case ignored), when it is near enough to be a
/// likely typo.
std::optional<std::string> nearest(std::string_view text, std::span<const std::string> candidates);

/// "did you mean 'x'?" or, without a near candidate, an empty text.
std::string did_you_mean(std::string_view text, std::span<const std::string> candidates);

}  // namespace llmctl
