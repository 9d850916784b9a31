#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace llmctl {
namespace {

constexpr int max_depth = 64;

/// PostgreSQL's jsonb prints 1e2 and 100.0 as whole numbers; so do we, so that both engines print
/// the same bytes.
void normalise_numbers(nlohmann::json& value) {
  if (value.is_structured()) {
    for (auto& child : value) normalise_numbers(child);
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::nearbyint(number) == number && std::abs(number) < 9007199254740992.0) {
      value = static_cast<std::int64_t>(number);
    }
  }
}

/// Printing and walking recurse, so a stored document must not decide how deep.
nlohmann::json::parser_callback_t limit_depth(bool& too_deep) {
  using Event = nlohmann::json::parse_event_t;
  return [&too_deep](int depth, Event event, nlohmann::json&) {
    const bool opens = event == Event::object_start || event == Event::array_start;
    if (depth + (opens ? 1 : 0) > max_depth) too_deep = true;
    return !too_deep;
  };
}

}  // namespace

nlohmann::json parse_json(std::string_view text, std::string_view what) {
  bool too_deep = false;
  try {
    nlohmann::json value = nlohmann::json::parse(text, limit_depth(too_deep));
    if (too_deep) {
      throw Error(ErrorKind::invalid_data,
                  fmt::format("{} is nested more than {} levels deep", what, max_depth));
    }
    return value;
  } catch (const nlohmann::json::parse_error& problem) {
    throw Error(ErrorKind::invalid_data,
                fmt::format("{} is not valid JSON at byte {}", what, problem.byte));
  } catch (const nlohmann::json::out_of_range&) {
    throw Error(ErrorKind::invalid_data, fmt::format("{} has a number that is too large", what));
  }
}

std::string canonical_json(const nlohmann::json& value) {
  nlohmann::json copy = value;
  normalise_numbers(copy);
  return copy.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string canonical_json(const JsonText& stored) {
  bool too_deep = false;
  nlohmann::json value = nlohmann::json::parse(stored.text, limit_depth(too_deep), false);
  return canonical_json(value.is_discarded() || too_deep ? nlohmann::json(stored.text) : value);
}

void append_json_string(std::string& json, std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return c >= ' ' && c != '"' && c != '\\' && static_cast<unsigned char>(c) < 0x7f;
  });
  if (plain) {
    json += '"';
    json += text;
    json += '"';
  } else {
    json += nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  }
}

bool same_json(const JsonText& left, const JsonText& right) {
  return left.text == right.text || canonical_json(left) == canonical_json(right);
}

}  // namespace llmctl
