#include "seeding/variables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace llmctl::seeding {
namespace {

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text[0]) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

Variables::Variables(const std::vector<std::string>& assignments) {
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    if (equals == std::string::npos || !is_name(name)) {
      throw Error(ErrorKind::usage, fmt::format("--var: '{}' is not NAME=VALUE", assignment),
                  "a name has letters, digits and '_', and begins with no digit");
    }
    const std::string value = assignment.substr(equals + 1);
    if (find_invalid_utf8(value))
      throw Error(ErrorKind::usage, fmt::format("--var {}: the value is not UTF-8", name));
    if (!values_.emplace(name, value).second)
      throw Error(ErrorKind::usage, fmt::format("--var {} was given more than once", name));
  }
}

void Variables::expand(yaml::Node& value, yaml::Problems& problems) {
  if (value.is_scalar()) {
    if (value.text.find("${") == std::string::npos) return;
    value.text = expanded(value, problems);
    value.expanded = true;
    return;
  }
  for (yaml::Node& item : value.items) expand(item, problems);
  for (yaml::Entry& entry : value.entries) expand(entry.value, problems);
}

std::vector<std::string> Variables::unused() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : values_) {
    if (!used_.contains(name)) names.push_back(name);
  }
  return names;
}

std::string Variables::expanded(const yaml::Node& scalar, yaml::Problems& problems) {
  std::string result;
  std::string_view rest = scalar.text;
  while (!rest.empty()) {
    const std::size_t start = rest.find("${");
    if (start == std::string_view::npos) break;
    const bool escaped = start > 0 && rest[start - 1] == '$';
    result += rest.substr(0, escaped ? start - 1 : start);
    rest.remove_prefix(start + 2);
    if (escaped) {
      result += "${";
      continue;
    }
    const std::size_t end = rest.find('}');
    const std::string_view inside = rest.substr(0, end);
    const std::size_t default_mark = inside.find(":-");
    const std::string_view name = inside.substr(0, default_mark);
    if (end == std::string_view::npos || !is_name(name)) {
      problems.add(scalar.mark,
                   "'${' begins a variable like ${NAME} or ${NAME:-default}: write "
                   "'$${' for the characters themselves");
      return scalar.text;
    }
    rest.remove_prefix(end + 1);
    const auto value = values_.find(name);
    if (value != values_.end() || default_mark != std::string_view::npos) used_.emplace(name);
    if (value != values_.end()) {
      result += value->second;
    } else if (default_mark != std::string_view::npos) {
      result += inside.substr(default_mark + 2);
    } else {
      std::vector<std::string> known;
      for (const auto& [known_name, ignored] : values_) known.push_back(known_name);
      const std::string hint = did_you_mean(name, known);
      problems.add(scalar.mark,
                   fmt::format("there is no variable {}{}: give it with --var {}=VALUE",
                               yaml::in_quotes(name), hint.empty() ? "" : ", " + hint, name));
      return scalar.text;
    }
  }
  return result.append(rest);
}

}  // namespace llmctl::seeding
