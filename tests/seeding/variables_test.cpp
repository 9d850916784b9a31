#include "seeding/variables.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "seeding/seed_set.h"
#include "storage/staging.h"

namespace llmctl::seeding {
namespace {

using model::LlmProvider;

/// The provider `p` of a file with these fields.
LlmProvider provider(const std::string& fields, std::vector<std::string> assignments = {}) {
  Variables variables(assignments);
  const SeedSet set = load({{"f.yaml", "llmctl: seed/1\nllm_providers:\n  p: " + fields, {}, {}}},
                           {&variables, nullptr});
  return storage::find_staged<LlmProvider>(*set.staging, "p")->record;
}

TEST_CASE("variables are expanded in values after parsing, and take the field's type") {
  const LlmProvider llm = provider(
      R"(
    name: "${who}: ${what:-a, b: c}"
    description: $${kept}
    max_tokens: ${n}
    is_active: "${on}"
    model_identifier: ${odd}
    cost_per_1k_input_tokens: ${price:-0.5}
    configuration:
      plain: ${n}
      quoted: "${n}"
      list:
        - ${who}
)",
      {"who=\"quoted\" %s", "n=7", "on=false", "odd=no"});
  CHECK(llm.name == "\"quoted\" %s: a, b: c");
  CHECK(llm.description == "${kept}");
  CHECK(llm.max_tokens == 7);
  CHECK_FALSE(llm.is_active);
  CHECK(llm.model_identifier == "no");
  CHECK(llm.cost_per_1k_input_tokens == Decimal{500'000});
  CHECK(llm.configuration.text == R"({"list":["\"quoted\" %s"],"plain":7,"quoted":"7"})");
}

TEST_CASE("a variable without a value is an error at its place") {
  struct Case {
    std::string text;
    std::string message;
  };
  const Case cases[] = {
      {"${whom}",
       "there is no variable 'whom', did you mean 'who'?: give it with --var whom=VALUE"},
      {"${",
       "'${' begins a variable like ${NAME} or ${NAME:-default}: write '$${' for the "
       "characters themselves"},
      {"${1}",
       "'${' begins a variable like ${NAME} or ${NAME:-default}: write '$${' for the "
       "characters themselves"},
  };
  for (const Case& c : cases) {
    try {
      provider("{description: \"" + c.text + "\"}\n", {"who=x"});
      FAIL("no error");
    } catch (const Error& error) {
      REQUIRE(error.details.size() == 1);
      CHECK(error.details[0].line == 3);
      CHECK(error.details[0].message == c.message);
    }
  }
}

TEST_CASE("an empty value is a value, and a default is used only without one") {
  CHECK(provider("{description: \"[${a:-default}]\"}\n", {"a="}).description == "[]");
  CHECK(provider("{description: \"[${a:-}]\"}\n").description == "[]");
}

TEST_CASE("assignments are checked, and those that nobody asked for are known") {
  for (const char* wrong : {"", "x", "=y", "1a=b", "a-b=c"})
    CHECK_THROWS_AS(Variables({std::string(wrong)}), Error);
  CHECK_THROWS_AS(Variables({"a=1", "a=2"}), Error);
  Variables variables({"used=1", "unused=2"});
  load({{"f.yaml", "llmctl: seed/1\nset: \"s${used}\"\n", {}, {}}}, {&variables, nullptr});
  CHECK(variables.unused() == std::vector<std::string>{"unused"});
}

}  // namespace
}  // namespace llmctl::seeding
