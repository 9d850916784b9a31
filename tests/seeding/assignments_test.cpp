#include "seeding/assignments.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "model/records.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;

const Known known{[](std::string_view, const std::string& id) { return id == "there"; },
                  [](std::string_view) { return std::vector<std::string>{"there"}; }};

LlmProvider provider(const std::vector<std::string>& assignments) {
  LlmProvider llm;
  llm.id = std::string_view("p");
  llm.name = std::string_view("P");
  llm.provider_type = std::string_view("openai");
  llm.configuration.text = std::string_view(R"({"credential":"openai","limits":{"a":1}})");
  return with_assignments(llm, assignments, known);
}

/// An LLM whose settings another program left unusable.
LlmProvider unusable(const std::vector<std::string>& assignments) {
  LlmProvider llm;
  llm.id = llm.name = "p";
  llm.provider_type = std::string_view("custom");
  llm.configuration.text = std::string_view(R"({"script":"nonsense","list":[1,2,3],"none":null})");
  return with_assignments(llm, assignments, known);
}

Agent agent(const std::vector<std::string>& assignments) {
  Agent record;
  record.id = record.name = "a";
  record.allowed_llms = {"there"};
  return with_assignments(record, assignments, known);
}

TEST_CASE("the field decides what a value means") {
  const LlmProvider llm =
      provider({"name=5", "description=no: \"quotes\" needed", "max_tokens=7", "is_active=false",
                "cost_per_1k_input_tokens=0.25", "model_identifier="});
  CHECK(llm.name == "5");
  CHECK(llm.description == "no: \"quotes\" needed");
  CHECK(llm.max_tokens == 7);
  CHECK_FALSE(llm.is_active);
  CHECK(llm.cost_per_1k_input_tokens == Decimal{250'000});
  CHECK(llm.model_identifier.empty());
  CHECK(llm.provider_type == "openai");
  CHECK_FALSE(provider({"cost_per_1k_input_tokens=null"}).cost_per_1k_input_tokens);
}

TEST_CASE("one value inside of an object can be set, and the whole object") {
  CHECK(provider({"configuration.base_url=https://example.com/v1", "configuration.limits.b=[1,2]",
                  "configuration.timeout=30", "configuration.new.deep=true"})
            .configuration.text ==
        R"({"base_url":"https://example.com/v1","credential":"openai","limits":{"a":1,"b":[1,2]},)"
        R"("new":{"deep":true},"timeout":30})");
  CHECK(provider({R"(configuration={"x": 1})"}).configuration.text == R"({"x":1})");
  CHECK(provider({"configuration={}", "configuration.a={}", "configuration.a.b=1"})
            .configuration.text == R"({"a":{"b":1}})");
  CHECK(provider({"configuration.limits=null", "configuration.limits.b=1"}).configuration.text ==
        R"({"credential":"openai","limits":{"b":1}})");
}

TEST_CASE("references and lists of ids must lead somewhere") {
  CHECK(agent({"default_llm=there"}).default_llm == "there");
  CHECK_FALSE(agent({"default_llm=null"}).default_llm);
  CHECK(agent({"allowed_llms="}).allowed_llms.empty());
  CHECK(agent({"allowed_llms=null"}).allowed_llms.empty());
  CHECK(agent({"tools=there"}).tools == std::vector<std::string>{"there"});
  CHECK(agent({R"(tools=["there"])"}).tools == std::vector<std::string>{"there"});
  for (const char* wrong : {"default_llm=their", "allowed_llms=there,nope", "tools=nope"}) {
    INFO(wrong);
    try {
      agent({wrong});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind == ErrorKind::invalid_data);
    }
  }
}

TEST_CASE("settings that do not work are refused, but not the fields beside them") {
  CHECK(unusable({"display_order=3"}).display_order == 3);
  CHECK(unusable({"provider_type=custom", "display_order=3"}).display_order == 3);
  CHECK(unusable({"configuration={}"}).configuration.text == "{}");
  CHECK(unusable({"provider_type=openai"}).provider_type == "openai");
  for (const char* wrong : {"configuration.script=other", "configuration.x=1"}) {
    INFO(wrong);
    try {
      unusable({wrong});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind == ErrorKind::configuration);
    }
  }
}

TEST_CASE("wrong assignments are refused with what is wrong") {
  struct Case {
    std::vector<std::string> assignments;
    ErrorKind kind;
    std::string message;
  };
  const Case cases[] = {
      {{"name"}, ErrorKind::usage, "'name' is not KEY=VALUE"},
      {{"=x"}, ErrorKind::usage, "'=x' is not KEY=VALUE"},
      {{"name=a", "name=b"}, ErrorKind::usage, "name is set twice"},
      {{"configuration.a=1", "configuration.a=2"},
       ErrorKind::usage,
       "configuration.a is set twice"},
      {{"configuration.a.b=1", "configuration.a={}"},
       ErrorKind::usage,
       "configuration.a is set twice"},
      {{"configuration.a=1", "configuration={}"}, ErrorKind::usage, "configuration is set twice"},
      {{"configuration.credential.b=1"},
       ErrorKind::usage,
       "configuration.credential is no mapping: it has no 'b' that could be set"},
      {{"configuration.limits=[1,2,3]", "configuration.limits.a.b=1"},
       ErrorKind::usage,
       "configuration.limits is no mapping: it has no 'a' that could be set"},
      {{"configuration.=1"}, ErrorKind::usage, "'configuration.' is no key"},
      {{"configuration..a=1"}, ErrorKind::usage, "'configuration..a' is no key"},
      {{".name=1"}, ErrorKind::usage, "'.name' is no key"},
      {{"name.x=a"}, ErrorKind::usage, "name has no parts that could be set"},
      {{"nmae=a"}, ErrorKind::invalid_data, "unknown key 'nmae', did you mean 'name'?"},
      {{"description=null"}, ErrorKind::usage, "description is a text, and cannot be null"},
      {{"min_role=null"}, ErrorKind::invalid_data, "min_role: 'null' is not one of"},
      {{"description=ghp_abcdefghijklmnopqrstuvwxyz0123456789"},
       ErrorKind::invalid_data,
       "description: holds a secret"},
      {{"max_tokens=many"},
       ErrorKind::invalid_data,
       "max_tokens: 'many' is not a whole number like 4096"},
      {{"max_tokens=x", "is_active=x"},
       ErrorKind::invalid_data,
       "is_active: must be true or false, not 'x'; max_tokens:"},
      {{"configuration=text"}, ErrorKind::invalid_data, "configuration: must be a mapping"},
      {{"configuration.api_key=canary"}, ErrorKind::invalid_data, "secret"},
      {{"provider_type=magic"}, ErrorKind::invalid_data, "provider_type: 'magic' is not one of"},
  };
  for (const Case& c : cases) {
    INFO(c.message);
    try {
      provider(c.assignments);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind == c.kind);
      CHECK_THAT(error.what(), Catch::Contains(c.message));
      CHECK_THAT(error.what(), !Catch::Contains("canary"));
    }
  }
}

TEST_CASE("an agent's default LLM must be one that it may use, when either is set") {
  Agent record;
  record.id = record.name = "a";
  record.default_llm = "elsewhere";
  record.allowed_llms = {"gone"};
  const auto set = [&](const std::vector<std::string>& assignments) {
    return with_assignments(record, assignments, known);
  };
  CHECK(set({"description=as it was"}).default_llm == "elsewhere");
  CHECK(set({"default_llm=there", "allowed_llms=there"}).default_llm == "there");
  CHECK(set({"allowed_llms="}).allowed_llms.empty());
  CHECK_FALSE(set({"default_llm=null"}).default_llm);
  try {
    set({"allowed_llms=there"});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::invalid_data);
    CHECK(error.what() ==
          std::string("default_llm: 'elsewhere' is not among the allowed_llms: there"));
  }
}

TEST_CASE("who gives an agent a model is told where models are") {
  for (const char* field : {"llm", "model", "model_identifier", "provider"}) {
    INFO(field);
    try {
      agent({std::string(field) + "=there"});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.what() == std::string("unknown key '") + field + "'");
      CHECK_THAT(error.hint, Catch::Contains("default_llm=ID"));
    }
  }
}

}  // namespace
}  // namespace llmctl::seeding
