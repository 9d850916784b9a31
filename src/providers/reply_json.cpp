#include "providers/reply_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace llmctl::providers {
namespace {

using nlohmann::json;

json discarded() { return json(json::value_t::discarded); }

json parse_or_discard(std::string_view text) {
  try {
    return parse_json(text, "reply");
  } catch (const Error&) {
    return discarded();
  }
}

/// The code unit of an escape such as "\ud83d" at the start of the text.
std::optional<unsigned> escaped_code_unit(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(2, 4)) {
    const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                  : 16;
    if (digit > 15) return std::nullopt;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool is_high(unsigned unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low(unsigned unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

/// A surrogate whose other half is missing, as a stream has it that was cut between the two.
std::string replace_lone_surrogates(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t escape = std::min(text.find('\\'), text.size());
    result += text.substr(0, escape);
    text.remove_prefix(escape);
    const auto unit = escaped_code_unit(text);
    std::size_t length = std::min<std::size_t>(unit ? 6 : 2, text.size());
    if (unit && is_high(*unit)) {
      const auto next = escaped_code_unit(text.substr(6));
      if (next && is_low(*next)) length = 12;
    }
    const bool is_lone = unit && length == 6 && (is_high(*unit) || is_low(*unit));
    result += is_lone ? std::string_view("\\ufffd") : text.substr(0, length);
    text.remove_prefix(length);
  }
  return result;
}

}  // namespace

json parse_reply(std::string_view text) {
  json value = parse_or_discard(text);
  if (!value.is_discarded()) return value;
  const bool is_damaged = find_invalid_utf8(text) || text.find("\\ud") != std::string_view::npos ||
                          text.find("\\uD") != std::string_view::npos;
  return is_damaged ? parse_or_discard(replace_lone_surrogates(replace_invalid_utf8(text)))
                    : std::move(value);
}

const json& member(const json& value, const char* key) {
  static const json nothing;
  const auto found = value.is_object() ? value.find(key) : value.end();
  return found == value.end() ? nothing : *found;
}

std::string text_member(const json& value, const char* key) {
  const json& text = member(value, key);
  return text.is_string() ? text.get<std::string>() : std::string();
}

std::optional<std::int64_t> count_member(const json& value, const char* key) {
  const json& number = member(value, key);
  if (!number.is_number()) return std::nullopt;
  const double count = number.get<double>();
  const bool fits = count >= 0 && count < 9e15 && std::nearbyint(count) == count;
  return fits ? std::optional(static_cast<std::int64_t>(count)) : std::nullopt;
}

}  // namespace llmctl::providers
