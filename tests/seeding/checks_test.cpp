#include "seeding/checks.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "seeding/plan.h"
#include "storage/catalog.h"
#include "tests/support/chat.h"

namespace llmctl::seeding {
namespace {

using test::Chat;
using test::error_from;

SeedSource source(const std::string& body, const std::string& name = "f.yaml") {
  return {name, "llmctl: seed/1\n" + body, {}, {}};
}

TEST_CASE("a configuration is checked as it will be: with the type that the database has") {
  Chat chat;
  chat.add(test::make_llm("double"));
  const SeedSource overlay =
      source("llm_providers:\n  double: {configuration: {script: nonsense}}\n");
  const Known known = known_in(*chat.database);
  const Error early = error_from([&] { load({overlay}, {nullptr, &known}); });
  CHECK(early.kind == ErrorKind::invalid_data);
  REQUIRE(early.details.size() == 1);
  CHECK(early.details[0].line == 3);
  CHECK_THAT(early.details[0].message, Catch::Contains("script"));

  // What is loaded before the database is known is checked when it is applied.
  const SeedSet set = load({overlay});
  const Error late = error_from([&] {
    apply(*chat.database, set, {{}, test::test_start, "ada", {}});
  });
  CHECK(late.kind == ErrorKind::invalid_data);
  CHECK(storage::find<model::LlmProvider>(*chat.database, "double")->configuration.text == "{}");

  // What the files change is what counts.
  const SeedSource moved = source(
      "llm_providers:\n  double: {provider_type: openai, configuration: {script: nonsense}}\n");
  CHECK_NOTHROW(load({moved}, {nullptr, &known}));
}

TEST_CASE("validate knows the types of the built-in LLMs") {
  Variables none;
  const Error error = error_from([&] {
    validate({source("llm_providers:\n  dummy: {configuration: {script: nonsense}}\n")}, none);
  });
  CHECK(error.details.size() == 1);
}

TEST_CASE("of many references that lead nowhere, the first ones get a suggestion") {
  std::string body = "agents:\n";
  for (int i = 0; i < 100; ++i)
    body += fmt::format("  agent-{0}: {{name: A, default_llm: gpt-{0}x}}\n", i);
  int listings = 0;
  Known known = nothing_known();
  known.ids = [&](std::string_view kind) {
    ++listings;
    std::vector<std::string> ids;
    for (int i = 0; i < 100 && kind == model::kind_of<model::LlmProvider>; ++i)
      ids.push_back(fmt::format("gpt-{}", i));
    return ids;
  };
  const Error error = error_from([&] { load({source(body)}, {nullptr, &known}); });
  REQUIRE(error.details.size() == 100);
  CHECK(error.details[0].message ==
        "default_llm: there is no provider 'gpt-0x', did you mean 'gpt-0'?");
  CHECK_THAT(error.details[19].message, Catch::Contains("did you mean"));
  CHECK(error.details[20].message == "default_llm: there is no provider 'gpt-20x'");
  CHECK(listings == 1);
}

TEST_CASE("what is wrong is told by file and place, whatever kind of problem it is") {
  const SeedSet set = load({source("llm_providers:\n  a: {name: A}\nagents:\n"
                                   "  b: {name: B, default_llm: nope}\n"),
                            source("llm_providers:\n  c: {name: C}\n", "g.yaml")});
  const Error error = error_from([&] { require_sound(set, nothing_known()); });
  std::vector<std::string> places;
  for (const ErrorDetail& detail : error.details)
    places.push_back(fmt::format("{}:{}", detail.file, detail.line));
  CHECK(places == std::vector<std::string>{"f.yaml:3", "f.yaml:5", "g.yaml:3"});
}

TEST_CASE("a time outside of the years 0001 to 9999 is named with its conversation") {
  struct Case {
    std::string base_time, conversation, problem;
  };
  const std::string late = "9999-12-31T23:59:59Z";
  const std::string early = "0001-01-01T00:00:00Z";
  const std::string user = "{role: user, content: x}";
  const Case cases[] = {
      {late, fmt::format("{{messages: [{0}, {0}, {0}]}}", user), "messages[1].at"},
      {late, "{at: \"+1s\"}", "at"},
      {late, "{updated_at: \"+30d\"}", "updated_at"},
      {late, "{deleted_at: \"+5000w\"}", "deleted_at"},
      {early, "{at: \"-1ms\"}", "at"},
      {"2026-01-01T00:00:00Z",
       fmt::format("{{messages: [{0}, {{role: user, content: y, at: \"{1}\"}}, {0}]}}", user, late),
       "messages[2].at"},
      {"2026-01-01T00:00:00Z",
       fmt::format("{{at: \"{}\", messages: [{{role: user, content: y, deleted_at: \"+1d\"}}]}}",
                   late),
       "messages[0].deleted_at"},
  };
  for (const Case& c : cases) {
    INFO(c.conversation);
    // base_time may stand behind what counts from it.
    const SeedSource file =
        source(fmt::format("conversations:\n  other: {{}}\n  c: {}\n"
                           "base_time: \"{}\"\n",
                           c.conversation, c.base_time));
    const Error error = error_from([&] { load({file}); });
    CHECK(error.kind == ErrorKind::invalid_data);
    REQUIRE(error.details.size() == 1);
    CHECK(to_string(error.details[0]) ==
          "f.yaml:4:3: " + c.problem + ": lies outside of the years 0001 to 9999");
  }
  CHECK_NOTHROW(load({source(
      fmt::format("base_time: \"{}\"\nconversations:\n  c: {{messages: [{}]}}\n", late, user))}));
}

TEST_CASE("a time counts from the base_time of the file that names the conversation first") {
  const SeedSource first =
      source("base_time: \"9999-12-31T00:00:00Z\"\nconversations:\n  c: {title: Late}\n");
  const SeedSource second = source("conversations:\n  c: {at: \"+2d\"}\n", "g.yaml");
  const Error error = error_from([&] { load({first, second}); });
  REQUIRE(error.details.size() == 1);
  CHECK(to_string(error.details[0]) == "f.yaml:4:3: at: lies outside of the years 0001 to 9999");
  CHECK_NOTHROW(load({second}));
}

}  // namespace
}  // namespace llmctl::seeding
