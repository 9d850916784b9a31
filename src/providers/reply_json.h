#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

/// JSON as servers send it: every type may be another one than expected.
namespace llmctl::providers {

/// Discarded (nlohmann's own "no value") for what is no JSON. Bytes that are no UTF-8, and halves
/// of surrogate pairs, cost the character and not the answer: they become U+FFFD.
nlohmann::json parse_reply(std::string_view text);

/// The member, or null where there is none or `value` is no object.
const nlohmann::json& member(const nlohmann::json& value, const char* key);
/// The member when it is text, else an empty text.
std::string text_member(const nlohmann::json& value, const char* key);
/// The member when it is a whole number that is not negative.
std::optional<std::int64_t> count_member(const nlohmann::json& value, const char* key);

}  // namespace llmctl::providers
