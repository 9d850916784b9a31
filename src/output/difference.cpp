#include "output/difference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "output/sanitize.h"

namespace llmctl::output {
namespace {

using nlohmann::json;
using Lines = std::vector<std::string>;

constexpr std::size_t most_characters = 50;
constexpr std::size_t characters_of_context = 20;
/// Of a line; those of a plan are indented by four more.
constexpr int most_columns = 76;

std::string shortened(std::string_view text) {
  const std::string_view kept = first_code_points(text, most_characters);
  return sanitize(kept, false) + (kept.size() < text.size() ? "…" : "");
}

/// Quoted where its ends would not be seen.
std::string shown_text(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_of(" \t\n'\"") == std::string::npos;
  return plain ? shortened(text) : fmt::format("'{}'", shortened(text));
}

std::string shown(const json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return shown_text(value.get_ref<const std::string&>());
  return shortened(canonical_json(value));
}

std::string text_of(const json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : canonical_json(value);
}

bool is_long(const json& value) {
  const std::string text = text_of(value);
  return text.find('\n') != std::string::npos || count_code_points(text) > most_characters;
}

/// The first byte that is not the same; it may be inside of a code point.
std::size_t first_difference(std::string_view left, std::string_view right) {
  return static_cast<std::size_t>(std::ranges::mismatch(left, right).in1 - left.begin());
}

/// Where the code point begins that is so many before `from`.
std::size_t step_back(std::string_view text, std::size_t from, std::size_t code_points) {
  while (from > 0 && code_points > 0) {
    --from;
    if ((static_cast<unsigned char>(text[from]) & 0xc0) != 0x80) --code_points;
  }
  return from;
}

/// "    - …politely and briefly.", the text from `start` on.
void add_excerpt(Lines& lines, char sign, std::string_view text, std::size_t start) {
  if (start >= text.size()) return;
  lines.push_back(
      fmt::format("  {} {}{}", sign, start > 0 ? "…" : "", shortened(text.substr(start))));
}

void add_long(Lines& lines, const std::string& path, const json& before, const json& after) {
  const std::string old_text = text_of(before);
  const std::string new_text = text_of(after);
  lines.push_back(fmt::format("{}: {} → {} characters", path, count_code_points(old_text),
                              count_code_points(new_text)));
  const std::size_t difference = first_difference(old_text, new_text);
  const std::size_t start = step_back(old_text, difference, characters_of_context);
  add_excerpt(lines, '-', old_text, start);
  add_excerpt(lines, '+', new_text, start);
}

bool is_list_of_texts(const json& value) {
  return value.is_array() &&
         std::ranges::all_of(value, [](const json& item) { return item.is_string(); });
}

/// "added a, b", or nothing: those of `these` that are not among `those`.
std::optional<std::string> list_extra(std::string_view verb, const json& these, const json& those) {
  Lines names;
  for (const json& item : these) {
    if (std::ranges::find(those, item) == those.end()) names.push_back(shown(item));
  }
  if (names.empty()) return std::nullopt;
  return fmt::format("{} {}", verb, shortened(fmt::format("{}", fmt::join(names, ", "))));
}

/// False when only the order differs.
bool add_list(Lines& lines, const std::string& path, const json& before, const json& after) {
  Lines parts;
  if (auto added = list_extra("added", after, before)) parts.push_back(*std::move(added));
  if (auto removed = list_extra("removed", before, after)) parts.push_back(*std::move(removed));
  if (parts.empty()) return false;
  const std::string line = fmt::format("{}: {}", path, fmt::join(parts, "; "));
  if (display_width(line) <= most_columns) {
    lines.push_back(line);
  } else {
    for (const std::string& part : parts) lines.push_back(fmt::format("{}: {}", path, part));
  }
  return true;
}

/// One below the other where both would not fit on a line.
void add_short(Lines& lines, const std::string& path, const json& before, const json& after) {
  const std::string line = fmt::format("{}: {} → {}", path, shown(before), shown(after));
  if (display_width(line) <= most_columns) {
    lines.push_back(line);
  } else {
    lines.push_back(path + ":");
    lines.push_back("  - " + shown(before));
    lines.push_back("  + " + shown(after));
  }
}

void add_difference(Lines& lines, const std::string& path, const json& before, const json& after);

void add_mapping(Lines& lines, const std::string& path, const json& before, const json& after) {
  json keys = before;
  keys.update(after);
  for (const auto& [key, unused] : keys.items()) {
    const std::string below = fmt::format("{}.{}", path, sanitize(key, false));
    const auto old_value = before.find(key);
    const auto new_value = after.find(key);
    if (old_value == before.end()) {
      lines.push_back(fmt::format("{}: added {}", below, shown(*new_value)));
    } else if (new_value == after.end()) {
      lines.push_back(fmt::format("{}: removed {}", below, shown(*old_value)));
    } else if (*old_value != *new_value) {
      add_difference(lines, below, *old_value, *new_value);
    }
  }
}

void add_difference(Lines& lines, const std::string& path, const json& before, const json& after) {
  if (before.is_object() && after.is_object()) {
    add_mapping(lines, path, before, after);
  } else if (is_list_of_texts(before) && is_list_of_texts(after) &&
             add_list(lines, path, before, after)) {
    return;
  } else if (is_long(before) || is_long(after)) {
    add_long(lines, path, before, after);
  } else {
    add_short(lines, path, before, after);
  }
}

}  // namespace

std::vector<std::string> describe_difference(std::string_view field, const JsonText& before,
                                             const JsonText& after) {
  const json old_value = json::parse(canonical_json(before));
  const json new_value = json::parse(canonical_json(after));
  const std::string path = sanitize(field, false);
  if (old_value == new_value) return {path + ": a secret in it changed"};
  Lines lines;
  add_difference(lines, path, old_value, new_value);
  return lines;
}

}  // namespace llmctl::output
