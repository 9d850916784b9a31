#include <algorithm>
#include <array>

#include "base/text.h"
#include "yaml/binder.h"

namespace llmctl::yaml {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_digits(std::string_view text, std::string_view also = {}) {
  const auto* const end = std::ranges::find_if_not(
      text, [&](char c) { return is_digit(c) || also.find(c) != std::string_view::npos; });
  return static_cast<std::size_t>(end - text.begin());
}

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// 12:30, 1:02:03.5: numbers in base 60 to YAML 1.1.
bool is_sexagesimal(std::string_view text) {
  const std::size_t head = count_digits(text, "_");
  if (head == 0 || head == text.size() || text[head] != ':') return false;
  text.remove_prefix(head);
  while (text.starts_with(':')) {
    const std::size_t digits = count_digits(text.substr(1));
    if (digits == 0 || digits > 2 || (digits == 2 && text[1] > '5')) return false;
    text.remove_prefix(1 + digits);
  }
  return text.empty() ||
         (text.front() == '.' && count_digits(text.substr(1), "_") == text.size() - 1);
}

bool is_decimal(std::string_view text) {
  const std::size_t whole = count_digits(text, "_");
  std::string_view rest = text.substr(whole);
  std::size_t fraction = 0;
  if (rest.starts_with('.')) {
    fraction = count_digits(rest.substr(1), "_");
    rest.remove_prefix(1 + fraction);
  }
  const bool starts_with_digit =
      !text.empty() &&
      (is_digit(text[0]) || (text[0] == '.' && text.size() > 1 && is_digit(text[1])));
  if (!starts_with_digit || whole + fraction == 0) return false;
  if (rest.empty()) return true;
  if (rest[0] != 'e' && rest[0] != 'E') return false;
  rest.remove_prefix(1);
  if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
  return !rest.empty() && count_digits(rest) == rest.size();
}

bool is_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const std::string lower = to_lower_ascii(text);
  if (lower == ".inf" || lower == ".nan") return true;
  if (lower.starts_with("0x")) return all_of(text.substr(2), "0123456789abcdefABCDEF_");
  if (lower.starts_with("0o")) return all_of(text.substr(2), "01234567_");
  if (lower.starts_with("0b")) return all_of(text.substr(2), "01_");
  return is_decimal(text) || is_sexagesimal(text);
}

/// 2026-10-01, and with a time behind it.
bool is_date(std::string_view text) {
  if (count_digits(text) != 4) return false;
  text.remove_prefix(4);
  for (int part = 0; part < 2; ++part) {
    if (!text.starts_with('-')) return false;
    const std::size_t digits = count_digits(text.substr(1));
    if (digits == 0 || digits > 2) return false;
    text.remove_prefix(1 + digits);
  }
  return text.empty() ||
         ((text.front() == 'T' || text.front() == 't' || text.front() == ' ') &&
          is_digit(trim(text.substr(1)).empty() ? ' ' : trim(text.substr(1)).front()));
}

}  // namespace

std::optional<std::string_view> look_alike(std::string_view plain) {
  constexpr std::array<std::string_view, 6> booleans{"true", "false", "yes", "no", "on", "off"};
  const std::string lower = to_lower_ascii(plain);
  if (lower == "null" || lower == "~") return "null";
  if (std::ranges::find(booleans, lower) != booleans.end()) return "a boolean";
  if (is_number(plain)) return "a number";
  if (is_date(plain)) return "a date";
  return std::nullopt;
}

}  // namespace llmctl::yaml
