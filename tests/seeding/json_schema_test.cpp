#include "seeding/json_schema.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "base/text.h"
#include "model/fields.h"
#include "seeding/object_reader.h"

namespace llmctl::seeding {
namespace {

using nlohmann::json;
using Names = std::set<std::string>;

const json& schema() {
  static const json parsed = json::parse(json_schema());
  return parsed;
}

Names keys_of(const json& object) {
  Names keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

/// Every object of the document that has this key.
void collect_with(const json& value, const std::string& key, std::vector<json>& found) {
  if (value.is_object() && value.contains(key)) found.push_back(value);
  if (value.is_structured()) {
    for (const auto& item : value) collect_with(item, key, found);
  }
}

bool accepts_expansion(const json& property) {
  const json expansion{{"$ref", "#/$defs/expansion"}};
  const bool free_text = property.value("type", "") == "string" && !property.contains("maxLength");
  return free_text || property.dump().find(expansion.dump()) != std::string::npos ||
         property.value("$ref", "") == "#/$defs/maybe_id";
}

template <class Record>
void check_fields(const std::string& name, const Names& relations) {
  const json& object = schema().at("$defs").at(name);
  INFO(name);
  CHECK(object.at("additionalProperties") == false);
  // A file may name an object that is there already, and one field of it.
  CHECK_FALSE(object.contains("required"));
  Names expected = relations;
  for (const auto& field : model::fields<Record>) {
    INFO(field.name);
    expected.insert(std::string(field.name));
    REQUIRE(object.at("properties").contains(field.name));
    const json& property = object.at("properties").at(std::string(field.name));
    const std::string text = property.dump();
    if (field.max_length > 0 && field.choices.empty() && field.name != "color" &&
        field.name != "default_llm") {
      CHECK_THAT(text, Catch::Contains("\"maxLength\":" + std::to_string(field.max_length)));
    }
    if (!field.choices.empty())
      CHECK_THAT(text, Catch::Contains("\"enum\":" + json(split(field.choices, ' ')).dump()));
    CHECK(property.contains("default") != field.required);
    const bool is_free_form = property.value("type", "") == "object" ||
                              field.name == "function_schema" || field.name == "system_prompt";
    CHECK((is_free_form || accepts_expansion(property)));
  }
  CHECK(keys_of(object.at("properties")) == expected);
}

TEST_CASE("the schema has every field of every kind, as the field tables say") {
  check_fields<model::LlmProvider>("llm_provider", {});
  check_fields<model::Agent>("agent", {"allowed_llms", "tools"});
  check_fields<model::Tool>("tool", {});
}

TEST_CASE("the schema has the keys of a seed file, and every reference leads somewhere") {
  CHECK(schema().at("$schema") == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema().at("additionalProperties") == false);
  CHECK(schema().at("required") == json{"llmctl"});
  CHECK(keys_of(schema().at("properties")) ==
        Names{"llmctl", "set", "base_time", "llm_providers", "agents", "tools", "conversations"});
  std::vector<json> references;
  collect_with(schema(), "$ref", references);
  REQUIRE(references.size() > 20);
  Names used;
  for (const json& reference : references) {
    const std::string path = reference.at("$ref").get<std::string>().substr(1);
    CHECK(schema().contains(json::json_pointer(path)));
    used.insert(path.substr(path.rfind('/') + 1));
  }
  CHECK(used == keys_of(schema().at("$defs")));
  CHECK(keys_of(schema().at("$defs").at("message").at("properties")) ==
        Names{"id", "role", "content", "at", "agent", "llm", "pending", "blocked", "deleted_at",
              "protegrity_data"});
}

TEST_CASE("the patterns of the schema take what a seed file takes") {
  const auto matches = [](const char* name, const std::string& text) {
    const std::string pattern = schema().at("$defs").at(name).at("pattern").get<std::string>();
    return std::regex_search(text, std::regex(pattern));
  };
  for (const std::string text : {"a", "9.b_c-d", "A", "-a", "", "a b", "ä", ".a"})
    CHECK(matches("id", text) == is_valid_id(text));
  CHECK(matches("id", std::string(50, 'a')));
  CHECK_FALSE(matches("id", std::string(51, 'a')));
  for (const std::string text : {"0", "0.5", "1234.123456", "0.5000000000", "1.", ".5", "12345",
                                 "1.1234567", "1e3", "", "0.15 "}) {
    INFO(text);
    CHECK(matches("decimal", text) == parse_decimal(text).has_value());
  }
  CHECK(matches("expansion", "a-${NAME:-b}"));
  CHECK_FALSE(matches("expansion", "$NAME"));
}

TEST_CASE("the schema is the same text every time, pretty-printed") {
  CHECK(json_schema() == json_schema());
  CHECK_THAT(json_schema(), Catch::StartsWith("{\n  \"$schema\": ") && Catch::EndsWith("}\n"));
}

}  // namespace
}  // namespace llmctl::seeding
