#include "base/text.h"

#include <wchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>

namespace llmctl {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// East Asian Width W and F, and emoji presentation (Unicode 15), merged into blocks.
constexpr std::array<Range, 24> wide_ranges{{
    {0x1100, 0x115f}, {0x231a, 0x231b}, {0x23e9, 0x23ec},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
    {0x2648, 0x2653}, {0x26aa, 0x26ab}, {0x26bd, 0x26be},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728}, {0x274c, 0x274c}, {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff}, {0xa000, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
}};

// Combining marks and other code points that take no column of their own.
constexpr std::array<Range, 14> zero_width_ranges{{
    {0x0300, 0x036f},
    {0x0483, 0x0489},
    {0x0591, 0x05bd},
    {0x0610, 0x061a},
    {0x064b, 0x065f},
    {0x093c, 0x093c},
    {0x0941, 0x0948},
    {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e},
    {0x1ab0, 0x1aff},
    {0x200b, 0x200f},
    {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f},
    {0xe0100, 0xe01ef},
}};

template <std::size_t N>
bool contains(const std::array<Range, N>& ranges, char32_t value) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), value,
                                      [](char32_t v, const Range& r) { return v < r.first; });
  return after != ranges.begin() && value <= std::prev(after)->last;
}

/// Levenshtein's distance, with a swap of neighbours counted as one edit.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(current);
  }
  return last[b.size()];
}

/// Eight bytes at a time: most of most texts is ASCII.
std::size_t count_leading_ascii(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; at + sizeof bytes <= text.size(); at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if ((bytes & 0x8080808080808080) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

CodePoint next_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {lead, 1, false};
  char32_t value = lead & (0xff >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {lead, 1, false};
    value = value << 6 | (byte(i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest[length] || value > 0x10ffff || surrogate) return {lead, 1, false};
  return {value, length, true};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    at += count_leading_ascii(text.substr(at));
    if (at == text.size()) return std::nullopt;
    const CodePoint next = next_code_point(text.substr(at));
    if (!next.valid) return at;
    at += next.length;
  }
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (const auto at = find_invalid_utf8(text)) {
    valid += text.substr(0, *at);
    valid += "\ufffd";
    text.remove_prefix(*at + 1);
  }
  valid += text;
  return valid;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string_view first_code_points(std::string_view text, std::size_t limit) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < limit && at < text.size(); ++i) {
    at += next_code_point(text.substr(at)).length;
  }
  return text.substr(0, at);
}

int display_width(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (contains(zero_width_ranges, code_point)) return 0;
  return contains(wide_ranges, code_point) ? 2 : 1;
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint next = next_code_point(text);
    width += display_width(next.value);
    text.remove_prefix(next.length);
  }
  return width;
}

std::string to_lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::optional<std::string> nearest(std::string_view text, std::span<const std::string> candidates) {
  const std::string wanted = to_lower_ascii(text);
  std::optional<std::string> best;
  std::size_t best_distance =
      std::max<std::size_t>(1, std::min<std::size_t>(3, wanted.size() / 3)) + 1;
  for (const std::string& candidate : candidates) {
    // Each character too many or too few is an edit.
    if (std::max(wanted.size(), candidate.size()) - std::min(wanted.size(), candidate.size()) >=
        best_distance) {
      continue;
    }
    const std::size_t distance = edit_distance(wanted, to_lower_ascii(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view text, std::span<const std::string> candidates) {
  const auto best = nearest(text, candidates);
  return best && *best != text ? "did you mean '" + *best + "'?" : "";
}

}  // namespace llmctl
