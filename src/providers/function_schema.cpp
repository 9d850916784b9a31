#include "providers/function_schema.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace llmctl::providers {
namespace {

using nlohmann::json;

constexpr std::size_t name_limit = 64;

[[noreturn]] void refuse(const model::Tool& tool, std::string_view problem) {
  throw Error(ErrorKind::configuration,
              fmt::format("tool '{}': function_schema {}", tool.id, problem));
}

json parse(const model::Tool& tool) {
  json schema;
  try {
    schema = parse_json(tool.function_schema.text, "function_schema");
  } catch (const Error&) {
    refuse(tool, "is not valid JSON");
  }
  if (!schema.is_object()) refuse(tool, "must be a mapping");
  if (!schema.contains("function")) return schema;
  json function = schema["function"];
  if (!function.is_object()) refuse(tool, "must have a mapping as 'function'");
  return function;
}

/// Ids may have characters that the names of functions may not.
std::string to_function_name(std::string_view id) {
  std::string name(id.substr(0, name_limit));
  for (char& c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (!fits) c = '_';
  }
  return name;
}

std::optional<std::string> text_of(const model::Tool& tool, const json& schema, const char* key) {
  if (!schema.contains(key) || schema[key].is_null()) return std::nullopt;
  if (!schema[key].is_string()) refuse(tool, fmt::format("must have text as '{}'", key));
  return schema[key].get<std::string>();
}

json parameters_of(const model::Tool& tool, const json& schema) {
  for (const char* const key : {"parameters", "input_schema"}) {
    if (!schema.contains(key) || schema[key].is_null()) continue;
    if (!schema[key].is_object()) refuse(tool, fmt::format("must have a mapping as '{}'", key));
    return schema[key];
  }
  return json::object();
}

}  // namespace

FunctionSchema function_schema_of(const model::Tool& tool) {
  const json schema = parse(tool);
  // A parameters' schema may have a property called "name", but no text of that key.
  const auto name = schema.contains("name") ? text_of(tool, schema, "name") : std::nullopt;
  FunctionSchema function;
  function.name = name.value_or(to_function_name(tool.id));
  if (function.name.empty() || to_function_name(function.name) != function.name) {
    refuse(tool, fmt::format("has a name that no function may have: '{}' (letters, digits, '_' and "
                             "'-', at most {})",
                             function.name, name_limit));
  }
  const bool is_bare = !name && !schema.contains("parameters") && !schema.contains("input_schema");
  function.description =
      is_bare ? tool.description : text_of(tool, schema, "description").value_or(tool.description);
  json parameters = is_bare ? schema : parameters_of(tool, schema);
  if (!parameters.contains("type")) parameters["type"] = "object";
  if (!parameters.contains("properties")) parameters["properties"] = json::object();
  function.parameters.text = parameters.dump();
  if (!is_bare && schema.contains("strict") && schema["strict"].is_boolean())
    function.strict = schema["strict"].get<bool>();
  return function;
}

}  // namespace llmctl::providers
