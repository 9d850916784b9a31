#include "providers/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"

namespace llmctl::providers {
namespace {

using nlohmann::json;

/// The connection's own, and those that hold what only a credential may hold.
constexpr std::array<std::string_view, 13> reserved_headers{
    "authorization",
    "proxy-authorization",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "cookie",
    "host",
    "connection",
    "upgrade",
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
};

/// RFC 9110, 5.1
bool is_header_name(std::string_view name) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view value) {
  return std::ranges::all_of(
      value, [](char c) { return (c >= ' ' && c != 0x7f) || static_cast<signed char>(c) < 0; });
}

}  // namespace

Configuration::Configuration(const model::LlmProvider& llm)
    : Configuration(fmt::format("LLM '{}'", llm.id), llm.configuration) {}

Configuration::Configuration(const model::Agent& agent)
    : Configuration(fmt::format("agent '{}'", agent.id), agent.configuration) {}

Configuration::Configuration(std::string owner, const JsonText& text)
    : owner_(std::move(owner)), values_(std::make_unique<json>(json::object())) {
  if (trim(text.text).empty()) return;
  try {
    *values_ = parse_json(text.text, "configuration");
  } catch (const Error& error) {
    throw Error(ErrorKind::configuration, fmt::format("{}: {}", owner_, error.what()));
  }
  if (values_->is_null()) *values_ = json::object();
  if (!values_->is_object())
    throw Error(ErrorKind::configuration,
                fmt::format("{}: configuration must be a mapping", owner_));
}

Configuration::Configuration(Configuration&& other) noexcept = default;
Configuration::~Configuration() = default;

void Configuration::refuse(std::string_view key, std::string_view problem,
                           const std::string& hint) const {
  throw Error(ErrorKind::configuration,
              fmt::format("{}: configuration.{} {}", owner_, key, problem), hint);
}

const json* Configuration::find(std::string_view key) const {
  const auto found = values_->find(std::string(key));
  return found == values_->end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Configuration::text(std::string_view key) const {
  const json* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse(key, "must be text");
  const auto& text = value->get_ref<const std::string&>();
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<bool> Configuration::boolean(std::string_view key) const {
  const json* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) refuse(key, "must be true or false");
  return value->get<bool>();
}

std::optional<double> Configuration::number(std::string_view key) const {
  const json* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) refuse(key, "must be a number");
  return value->get<double>();
}

std::optional<std::int64_t> Configuration::whole_number(std::string_view key,
                                                        std::int64_t least) const {
  const json* const value = find(key);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() ||
                     value->get<std::uint64_t>() <=
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!fits || value->get<std::int64_t>() < least) {
    refuse(key, least == std::numeric_limits<std::int64_t>::min()
                    ? "must be a whole number"
                    : fmt::format("must be a whole number of at least {}", least));
  }
  return value->get<std::int64_t>();
}

std::optional<std::vector<std::string>> Configuration::texts(std::string_view key) const {
  const json* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::vector{value->get<std::string>()};
  const bool fits = value->is_array() &&
                    std::ranges::all_of(*value, [](const json& item) { return item.is_string(); });
  if (!fits) refuse(key, "must be text, or a list of texts");
  return value->get<std::vector<std::string>>();
}

std::optional<JsonText> Configuration::mapping(std::string_view key) const {
  const json* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) refuse(key, "must be a mapping");
  if (mask_secrets(*value) != *value) {
    refuse(key, "holds a secret",
           "name a credential with configuration.credential, and keep the secret out of the "
           "database");
  }
  return JsonText{value->dump()};
}

std::optional<JsonText> Configuration::text_or_mapping(std::string_view key) const {
  const json* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return JsonText{value->dump()};
  if (!value->is_object()) refuse(key, "must be text or a mapping");
  return mapping(key);
}

http::Headers Configuration::headers(std::string_view key) const {
  http::Headers headers;
  if (!mapping(key)) return headers;
  for (const auto& [name, value] : find(key)->items()) {
    const std::string place = fmt::format("{}.{}", key, name);
    if (!is_header_name(name)) refuse(place, "is no name of a header");
    if (std::ranges::find(reserved_headers, to_lower_ascii(name)) != reserved_headers.end())
      refuse(place, "is a header that llmctl sets itself");
    if (!value.is_string()) refuse(place, "must be text");
    if (!is_header_value(value.get_ref<const std::string&>()))
      refuse(place, "must be one line without control characters");
    headers.emplace_back(name, value.get<std::string>());
  }
  return headers;
}

}  // namespace llmctl::providers
