#include "output/sanitize.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/text.h"

namespace llmctl::output {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array<Range, 12> deceptive_ranges{{
    {0x00, 0x1f},        // C0
    {0x7f, 0x9f},        // DEL, C1
    {0x061c, 0x061c},    // Arabic letter mark
    {0x180e, 0x180e},    // Mongolian vowel separator
    {0x200b, 0x200f},    // zero-width space, joiners, direction marks
    {0x2028, 0x202e},    // line and paragraph separators, embeddings, overrides
    {0x2060, 0x206f},    // word joiner, invisible operators, isolates
    {0xfeff, 0xfeff},    // byte order mark
    {0xfff9, 0xfffb},    // interlinear annotation
    {0x1bca0, 0x1bca3},  // shorthand format controls
    {0x1d173, 0x1d17a},  // musical format controls
    {0xe0000, 0xe007f},  // tags
}};

constexpr char32_t zero_width_joiner = 0x200d;

bool is_emoji(char32_t value) {
  return (value >= 0x2190 && value <= 0x27bf) || (value >= 0x2900 && value <= 0x2bff) ||
         (value >= 0x1f000 && value <= 0x1faff);
}

bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7f; }

void append_escaped(std::string& out, const CodePoint& code_point) {
  const auto value = static_cast<std::uint32_t>(code_point.value);
  if (!code_point.valid || value < 0x80) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", value);
  } else if (value <= 0xffff) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", value);
  } else {
    fmt::format_to(std::back_inserter(out), "\\U{:08x}", value);
  }
}

/// What precedes a joiner, without the variation selector that asks for an emoji's coloured form.
char32_t emoji_before(char32_t last, char32_t last_but_one) {
  return last == 0xfe0f ? last_but_one : last;
}

bool joins_emoji(char32_t before, std::string_view after) {
  if (!is_emoji(before) || after.empty()) return false;
  const CodePoint next = next_code_point(after);
  return next.valid && is_emoji(next.value);
}

void append_newline(std::string& out, char c, bool keep) {
  if (keep) {
    out += c;
  } else if (out.empty() || out.back() != ' ') {
    out += ' ';
  }
}

}  // namespace

bool is_deceptive(char32_t code_point) {
  return std::any_of(deceptive_ranges.begin(), deceptive_ranges.end(), [&](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

std::string sanitize(std::string_view text, bool keep_newlines) {
  std::string out;
  out.reserve(text.size());
  char32_t last = 0;
  char32_t last_but_one = 0;
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_printable_ascii) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (plain > 0) last = 0;
    if (text.empty()) break;

    if (text.starts_with("\r\n")) text.remove_prefix(1);
    const CodePoint next = next_code_point(text);
    const std::string_view bytes = text.substr(0, next.length);
    text.remove_prefix(next.length);
    if (next.value == '\n' || next.value == '\t') {
      append_newline(out, static_cast<char>(next.value), keep_newlines);
    } else if (!next.valid || (is_deceptive(next.value) &&
                               !(next.value == zero_width_joiner &&
                                 joins_emoji(emoji_before(last, last_but_one), text)))) {
      append_escaped(out, next);
    } else {
      out += bytes;
    }
    last_but_one = last;
    last = next.value;
  }
  return out;
}

}  // namespace llmctl::output
