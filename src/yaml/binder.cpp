#include "yaml/binder.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace llmctl::yaml {
namespace {

std::string_view kind_name(const Node& node) {
  if (node.is_mapping()) return "a mapping";
  return node.is_sequence() ? "a list" : "text";
}

/// Reports what is no scalar, and what is missing.
bool check_scalar(const Node& node, std::string_view name, std::string_view wanted,
                  Problems& problems) {
  if (!node.is_scalar()) {
    problems.add(node.mark, fmt::format("{}: must be {}, not {}", name, wanted, kind_name(node)));
  } else if (node.is_missing()) {
    problems.add(node.mark, fmt::format("{}: has no value", name));
  }
  return node.is_scalar() && !node.is_missing();
}

/// "-0", "12": as JSON spells whole numbers.
bool is_json_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos &&
         (text.size() == 1 || text[0] != '0');
}

/// RFC 8259, section 6. "1.", ".5" and "+1" are numbers elsewhere only.
bool is_json_number(std::string_view text) {
  const auto take_digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count > 0;
  };
  const std::size_t whole = text.find_first_not_of("0123456789", text.starts_with('-') ? 1 : 0);
  if (!is_json_integer(text.substr(0, whole))) return false;
  text.remove_prefix(std::min(whole, text.size()));
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits()) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!take_digits()) return false;
  }
  return text.empty();
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!is_json_integer(text) || result.ec != std::errc{}) return std::nullopt;
  return number;
}

/// Where a free-form value is. Spelt out for a message only: most values need none.
struct Path {
  std::string_view name;  ///< of the whole value, or a key
  const Path* parent = nullptr;
  std::optional<std::size_t> item;  ///< the place in a list, which has no name

  std::string spell() const {
    if (item) return fmt::format("{}[{}]", parent->spell(), *item);
    if (parent == nullptr) return std::string(name);
    return fmt::format("{}.{}", parent->spell(), first_code_points(name, 60));
  }
};

nlohmann::json scalar_to_json(const Node& node, const Path& path, Problems& problems) {
  if (!node.plain) return node.text;
  if (node.text == "null") return nullptr;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  if (const auto integer = parse_integer(node.text)) return *integer;
  const bool is_number = is_json_number(node.text);
  if (is_number && !is_json_integer(node.text)) {
    const double number = std::strtod(node.text.c_str(), nullptr);
    if (std::isfinite(number)) return number;
  }
  const auto refuse = [&](const std::string& why) {
    problems.add(node.mark, fmt::format("{}: {}", path.spell(), why));
    return nullptr;
  };
  if (is_number) {
    return refuse(fmt::format("the number {} is too large: quote it", in_quotes(node.text)));
  }
  if (node.expanded) return node.text;
  if (node.is_missing()) return refuse("has no value: write null, or \"\" for an empty text");
  if (const auto like = look_alike(node.text)) {
    return refuse(fmt::format("{} may be read as {}: quote it", in_quotes(node.text), *like));
  }
  return node.text;
}

nlohmann::json value_to_json(const Node& node, const Path& path, Problems& problems) {
  if (node.is_scalar()) return scalar_to_json(node, path, problems);
  if (node.is_sequence()) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      list.push_back(value_to_json(node.items[i], {{}, &path, i}, problems));
    }
    return list;
  }
  nlohmann::json object = nlohmann::json::object();
  for (const Entry& entry : node.entries) {
    const auto like = entry.plain ? look_alike(entry.key) : std::nullopt;
    if (like) {
      problems.add(entry.mark, fmt::format("{}: the key {} may be read as {}: quote it",
                                           path.spell(), in_quotes(entry.key), *like));
    }
    object[entry.key] = value_to_json(entry.value, {entry.key, &path, {}}, problems);
  }
  return object;
}

}  // namespace

bool is_null(const Node& node) { return node.is_scalar() && node.plain && node.text == "null"; }

bool check_keys(const Node& node, std::string_view name, std::span<const std::string> known,
                Problems& problems) {
  if (!node.is_mapping()) {
    problems.add(node.mark,
                 node.is_missing()
                     ? fmt::format("{}: has no value: write {{}} for an empty mapping", name)
                     : fmt::format("{}: must be a mapping, not {}", name, kind_name(node)));
    return false;
  }
  for (const Entry& entry : node.entries) {
    // Reported by the reader already.
    if (entry.plain && (entry.key == "<<" || entry.key.empty())) continue;
    if (std::ranges::find(known, entry.key) != known.end()) continue;
    const std::string hint = did_you_mean(entry.key, known);
    problems.add(entry.mark, fmt::format("unknown key {}{}{}", in_quotes(entry.key),
                                         hint.empty() ? "" : ", ", hint));
  }
  return true;
}

std::optional<std::string> read_text(const Node& node, std::string_view name, Problems& problems) {
  if (node.is_missing()) {
    problems.add(node.mark, fmt::format("{}: has no value: write \"\" for an empty text", name));
    return std::nullopt;
  }
  if (!check_scalar(node, name, "text", problems)) return std::nullopt;
  const auto like = node.plain && !node.expanded ? look_alike(node.text) : std::nullopt;
  if (!like) return node.text;
  problems.add(node.mark, fmt::format("{}: must be text, but {} may be read as {}: quote it", name,
                                      in_quotes(node.text), *like));
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Node& node, std::string_view name,
                                         Problems& problems) {
  if (!check_scalar(node, name, "a whole number", problems)) return std::nullopt;
  const auto number = parse_integer(node.text);
  if (!node.plain && !node.expanded && number) {
    problems.add(node.mark, fmt::format("{}: must be a whole number: remove the quotes", name));
  } else if (!is_json_integer(node.text)) {
    problems.add(node.mark,
                 fmt::format("{}: {} is not a whole number like 4096", name, in_quotes(node.text)));
  } else if (!number || *number < std::numeric_limits<std::int32_t>::min() ||
             *number > std::numeric_limits<std::int32_t>::max()) {
    problems.add(node.mark,
                 fmt::format("{}: {} does not fit into 32 bits", name, in_quotes(node.text)));
  } else {
    return number;
  }
  return std::nullopt;
}

std::optional<bool> read_boolean(const Node& node, std::string_view name, Problems& problems) {
  if (!check_scalar(node, name, "true or false", problems)) return std::nullopt;
  const bool is_boolean = node.text == "true" || node.text == "false";
  if (is_boolean && (node.plain || node.expanded)) return node.text == "true";
  problems.add(node.mark,
               is_boolean
                   ? fmt::format("{}: must be true or false: remove the quotes", name)
                   : fmt::format("{}: must be true or false, not {}", name, in_quotes(node.text)));
  return std::nullopt;
}

std::optional<Decimal> read_decimal(const Node& node, std::string_view name, Problems& problems) {
  if (!check_scalar(node, name, "a quoted decimal", problems)) return std::nullopt;
  const auto decimal = parse_decimal(node.text);
  if (!decimal) {
    problems.add(
        node.mark,
        fmt::format("{}: {} is not a decimal like \"0.0025\" with at most four digits before the "
                    "point and six after it",
                    name, in_quotes(node.text)));
    return std::nullopt;
  }
  if (!node.plain || node.expanded) return decimal;
  problems.add(
      node.mark,
      fmt::format("{}: a decimal must be quoted, so that it stays exact: \"{}\"", name, node.text));
  return std::nullopt;
}

nlohmann::json to_json(const Node& node, std::string_view name, Problems& problems) {
  return value_to_json(node, {name, nullptr, {}}, problems);
}

}  // namespace llmctl::yaml
