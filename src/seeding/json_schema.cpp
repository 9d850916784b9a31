#include "seeding/json_schema.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "model/snapshot.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using Schema = nlohmann::ordered_json;

Schema reference(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

Schema any_of(std::initializer_list<Schema> schemas) {
  return {{"anyOf", Schema::array_t(schemas)}};
}

/// A value that may also come from `${NAME}`, of which an editor does not know what it becomes.
Schema or_expansion(const Schema& schema) { return any_of({schema, reference("expansion")}); }

Schema text(int max_length) {
  Schema schema{{"type", "string"}};
  if (max_length > 0) schema["maxLength"] = max_length;
  return schema;
}

Schema integer(std::int64_t least) {
  return {{"type", "integer"},
          {"minimum", least},
          {"maximum", std::numeric_limits<std::int32_t>::max()}};
}

Schema object_of(Schema properties) {
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

/// A section: objects by id.
Schema section(const std::string& name) {
  return {{"type", "object"},
          {"propertyNames", reference("id")},
          {"additionalProperties", reference(name)}};
}

/// What the field tables say, without the record's type.
struct Rules {
  std::string_view name;
  int max_length;
  std::string_view choices;
  bool required;
};

// One function for each type that a field can have; the pointer tells which.

Schema schema_of(const std::string*, const Rules& rules) {
  if (!rules.choices.empty()) return or_expansion({{"enum", split(rules.choices, ' ')}});
  if (rules.name == "system_prompt") return any_of({text(0), reference("file")});
  if (rules.name == "color")
    return or_expansion({{"type", "string"}, {"pattern", "^#[0-9A-Fa-f]{6}$"}});
  Schema schema = text(rules.max_length);
  if (rules.required) schema["pattern"] = "\\S";
  return rules.max_length > 0 || rules.required ? or_expansion(schema) : schema;
}

/// The only optional texts are references.
Schema schema_of(const std::optional<std::string>*, const Rules&) { return reference("maybe_id"); }

Schema schema_of(const bool*, const Rules&) { return or_expansion({{"type", "boolean"}}); }

Schema schema_of(const std::int64_t*, const Rules& rules) {
  return or_expansion(
      integer(rules.name == "max_tokens" ? 0 : std::numeric_limits<std::int32_t>::min()));
}

Schema schema_of(const std::optional<Decimal>*, const Rules&) {
  return any_of({reference("decimal"), {{"type", "null"}}, reference("expansion")});
}

Schema schema_of(const JsonText*, const Rules& rules) {
  const Schema mapping{{"type", "object"}};
  return rules.name == "function_schema" ? any_of({reference("file"), mapping}) : mapping;
}

void add_relations(Schema&, const LlmProvider&) {}
void add_relations(Schema&, const Tool&) {}
void add_relations(Schema& properties, const Agent&) {
  properties["allowed_llms"] = reference("ids");
  properties["tools"] = reference("ids");
}

template <class Record>
Schema object_schema() {
  const Record fresh;
  Schema properties = Schema::object();
  for (const auto& field : model::fields<Record>) {
    const Rules rules{field.name, field.max_length, field.choices, field.required};
    Schema schema =
        std::visit([&](auto member) { return schema_of(&(fresh.*member), rules); }, field.member);
    if (field.required) {
      schema["description"] = "a new object needs it; one that exists keeps its own";
    } else {
      schema["default"] = Schema::parse(canonical_json(model::field_value(fresh, field)));
    }
    properties[std::string(field.name)] = std::move(schema);
  }
  add_relations(properties, fresh);
  return object_of(std::move(properties));
}

Schema message_schema() {
  const Schema boolean = or_expansion({{"type", "boolean"}});
  Schema schema = object_of({{"id", or_expansion(reference("uuid"))},
                             {"role", or_expansion({{"enum", {"user", "assistant", "system"}}})},
                             {"content", text(0)},
                             {"at", reference("time")},
                             {"agent", reference("maybe_id")},
                             {"llm", reference("maybe_id")},
                             {"pending", boolean},
                             {"blocked", boolean},
                             {"deleted_at", reference("time")},
                             {"protegrity_data", Schema::object()}});
  schema["required"] = {"role"};
  return schema;
}

Schema conversation_schema() {
  return object_of({{"title", or_expansion(text(255))},
                    {"agent", reference("maybe_id")},
                    {"llm", reference("maybe_id")},
                    {"model_id", or_expansion(text(50))},
                    {"at", reference("time")},
                    {"updated_at", reference("time")},
                    {"deleted_at", reference("time")},
                    {"messages", {{"type", "array"}, {"items", reference("message")}}}});
}

Schema definitions() {
  return {
      {"id", {{"type", "string"}, {"pattern", "^[a-z0-9][a-z0-9._-]{0,49}$"}}},
      {"maybe_id", any_of({reference("id"), {{"type", "null"}}, reference("expansion")})},
      {"ids", {{"type", "array"}, {"items", or_expansion(reference("id"))}, {"uniqueItems", true}}},
      {"decimal",
       {{"type", "string"},
        {"pattern", "^[0-9]{1,4}(\\.[0-9]{1,6}0*)?$"},
        {"description", "quoted, so that it stays exact: \"0.0025\""}}},
      {"time",
       {{"type", {"string", "null"}},
        {"description", "RFC 3339, or an offset from base_time such as \"+90s\""}}},
      {"uuid", {{"type", "string"}, {"pattern", "^[0-9A-Fa-f-]{32,36}$"}}},
      {"expansion",
       {{"type", "string"},
        {"pattern", "\\$\\{"},
        {"description", "${NAME} or ${NAME:-default}, from --var NAME=VALUE"}}},
      {"file",
       {{"type", "object"},
        {"properties", {{"file", {{"type", "string"}, {"minLength", 1}}}}},
        {"required", {"file"}},
        {"additionalProperties", false},
        {"description", "the text of a file below the seed file's own directory"}}},
      {"llm_provider", object_schema<LlmProvider>()},
      {"agent", object_schema<Agent>()},
      {"tool", object_schema<Tool>()},
      {"conversation", conversation_schema()},
      {"message", message_schema()},
  };
}

}  // namespace

std::string json_schema() {
  Schema set = or_expansion(reference("id"));
  set["description"] = "which seed set owns the objects";
  set["default"] = "default";
  Schema schema{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "llmctl seed file"},
  };
  schema.update(
      object_of({{"llmctl", {{"const", "seed/1"}, {"description", "the format"}}},
                 {"set", set},
                 {"base_time",
                  {{"type", "string"},
                   {"description", "RFC 3339; the times of conversations count from it"}}},
                 {"llm_providers", section("llm_provider")},
                 {"agents", section("agent")},
                 {"tools", section("tool")},
                 {"conversations", section("conversation")}}));
  schema["required"] = {"llmctl"};
  schema["$defs"] = definitions();
  return schema.dump(2) + "\n";
}

}  // namespace llmctl::seeding
