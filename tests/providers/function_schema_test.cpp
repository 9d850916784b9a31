#include "providers/function_schema.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace llmctl::providers {
namespace {

model::Tool tool_with(const std::string& schema) {
  model::Tool tool;
  tool.id = "look.up";
  tool.description = "the tool's own";
  tool.function_schema = {schema};
  return tool;
}

TEST_CASE("a function's schema is read in every form") {
  struct Case {
    std::string schema;
    std::string name;
    std::string description;
    std::string parameters;
  };
  const std::string nothing = R"({"properties":{},"type":"object"})";
  const std::string city = R"({"properties":{"city":{"type":"string"}},"type":"object"})";
  const Case cases[] = {
      {"{}", "look_up", "the tool's own", nothing},
      {city, "look_up", "the tool's own", city},
      {R"({"properties":{"name":{},"parameters":{}}})", "look_up", "the tool's own",
       R"({"properties":{"name":{},"parameters":{}},"type":"object"})"},
      {R"({"name":"find"})", "find", "the tool's own", nothing},
      {R"({"name":"find","description":"d","parameters":)" + city + "}", "find", "d", city},
      {R"({"name":"find","description":null,"input_schema":)" + city + "}", "find",
       "the tool's own", city},
      {R"({"parameters":)" + city + "}", "look_up", "the tool's own", city},
      {R"({"type":"function","function":{"name":"find","description":"d","parameters":)" + city +
           "}}",
       "find", "d", city},
  };
  for (const Case& c : cases) {
    CAPTURE(c.schema);
    const FunctionSchema function = function_schema_of(tool_with(c.schema));
    CHECK(function.name == c.name);
    CHECK(function.description == c.description);
    CHECK(function.parameters.text == c.parameters);
    CHECK_FALSE(function.strict);
  }
  CHECK(function_schema_of(tool_with(R"({"name":"find","strict":true})")).strict == true);
}

TEST_CASE("a function's schema that no model can be told names its tool") {
  for (const std::string schema :
       {"", "{", "[]", "3", R"({"function":"find"})", R"({"name":3})", R"({"name":"no blanks"})",
        R"({"name":""})", R"({"name":"find","parameters":[]})",
        R"({"name":"find","description":{}})"}) {
    CAPTURE(schema);
    try {
      function_schema_of(tool_with(schema));
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind == ErrorKind::configuration);
      CHECK_THAT(error.what(), Catch::StartsWith("tool 'look.up': function_schema "));
    }
  }
}

}  // namespace
}  // namespace llmctl::providers
