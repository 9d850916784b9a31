#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "yaml/node.h"
#include "yaml/problems.h"

/// From nodes to typed values. What a plain scalar means depends on the type that is asked for,
/// never on a guess: `no` is not text, `"5"` is not a number. Each function reports a wrong value
/// to `problems`, with `name` in front, and returns nothing then. A scalar whose text came from a
/// variable (Node::expanded) is what the field wants, however it is quoted.
namespace llmctl::yaml {

/// Must be a mapping that has no other keys than these. Returns whether it is a mapping.
bool check_keys(const Node& node, std::string_view name, std::span<const std::string> known,
                Problems& problems);

std::optional<std::string> read_text(const Node& node, std::string_view name, Problems& problems);
/// -2147483648 to 2147483647, as the database's integer columns hold.
std::optional<std::int64_t> read_integer(const Node& node, std::string_view name,
                                         Problems& problems);
/// `true` or `false`, nothing else.
std::optional<bool> read_boolean(const Node& node, std::string_view name, Problems& problems);
/// A quoted string, so that no reader on the way makes a binary fraction of it; at most six places.
std::optional<Decimal> read_decimal(const Node& node, std::string_view name, Problems& problems);
/// Plain `null`.
bool is_null(const Node& node);

/// What other YAML readers would take an unquoted text for ("a boolean", "a number", "a date",
/// "null"), or nothing.
std::optional<std::string_view> look_alike(std::string_view plain);

/// A free-form value. Plain scalars are null, true, false and numbers as JSON spells them;
/// look-alikes are refused unless they came from a variable, all else is text. What was refused is
/// null in the result.
nlohmann::json to_json(const Node& node, std::string_view name, Problems& problems);

}  // namespace llmctl::yaml
