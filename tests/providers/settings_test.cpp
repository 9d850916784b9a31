#include "providers/settings.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace llmctl::providers {
namespace {

model::LlmProvider llm_with(const std::string& configuration, std::int64_t max_tokens = 4096) {
  model::LlmProvider llm;
  llm.id = "x";
  llm.max_tokens = max_tokens;
  llm.configuration = {configuration};
  return llm;
}

model::Agent agent_with(const std::string& configuration) {
  model::Agent agent;
  agent.id = "helper";
  agent.configuration = {configuration};
  return agent;
}

TEST_CASE("what nobody set stays unset, but max_tokens") {
  for (const std::string nothing : {"{}", "", "null", R"({"temperature": null, "stop": null})"}) {
    CAPTURE(nothing);
    const TurnSettings settings = settings_of(llm_with(nothing), agent_with(nothing));
    CHECK(settings.max_tokens == 4096);
    CHECK_FALSE(settings.temperature);
    CHECK_FALSE(settings.top_p);
    CHECK(settings.stop.empty());
    CHECK_FALSE(settings.seed);
    CHECK_FALSE(settings.response_format);
    CHECK_FALSE(settings.tool_choice);
    CHECK_FALSE(settings.parallel_tool_calls);
    CHECK(settings.extra_headers.empty());
    CHECK(settings.extra_body.text == "{}");
  }
}

TEST_CASE("the LLM's column is the default and the limit of max_tokens") {
  const auto max_tokens = [](const std::string& llm, const std::string& agent,
                             std::int64_t column) {
    return settings_of(llm_with(llm, column), agent_with(agent)).max_tokens;
  };
  const std::string hundred = R"({"max_tokens": 100})";
  const std::string thousand = R"({"max_tokens": 1000})";
  CHECK(max_tokens("{}", "{}", 512) == 512);
  CHECK(max_tokens(hundred, "{}", 512) == 100);
  CHECK(max_tokens(thousand, "{}", 512) == 512);
  CHECK(max_tokens(thousand, hundred, 512) == 100);
  CHECK(max_tokens(hundred, thousand, 512) == 512);
  CHECK_FALSE(max_tokens("{}", "{}", 0));
  CHECK(max_tokens(thousand, "{}", 0) == 1000);
}

TEST_CASE("the agent's configuration takes the place of the LLM's, key by key") {
  const auto llm = llm_with(R"({"temperature": 0.2, "top_p": 0.9, "seed": 7, "stop": "END",
    "presence_penalty": 0.5, "frequency_penalty": -0.5, "reasoning_effort": "low",
    "parallel_tool_calls": true, "tool_choice": "auto", "response_format": {"type": "text"},
    "extra_headers": {"X-Title": "one", "X-Other": "kept"}, "extra_body": {"a": 1, "b": 2},
    "backend_key": [1, 2]})");
  const auto agent = agent_with(R"({"temperature": 1, "stop": ["a", "b"], "seed": null,
    "parallel_tool_calls": false, "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_object"}, "reasoning_effort": "",
    "extra_headers": {"x-title": "two"}, "extra_body": {"b": 3}})");
  const TurnSettings settings = settings_of(llm, agent);
  CHECK(settings.temperature == 1.0);
  CHECK(settings.top_p == 0.9);
  CHECK(settings.seed == 7);
  CHECK(settings.stop == std::vector<std::string>{"a", "b"});
  CHECK(settings.presence_penalty == 0.5);
  CHECK(settings.frequency_penalty == -0.5);
  CHECK(settings.reasoning_effort == "low");
  CHECK(settings.parallel_tool_calls == false);
  CHECK(settings.tool_choice->text == R"({"function":{"name":"f"},"type":"function"})");
  CHECK(settings.response_format->text == R"({"type":"json_object"})");
  CHECK(settings.extra_headers == http::Headers{{"X-Other", "kept"}, {"x-title", "two"}});
  CHECK(settings.extra_body.text == R"({"a":1,"b":3})");

  const TurnSettings without_agent = settings_of(llm, std::nullopt);
  CHECK(without_agent.temperature == 0.2);
  CHECK(without_agent.stop == std::vector<std::string>{"END"});
  CHECK(without_agent.tool_choice->text == R"("auto")");
}

TEST_CASE("a setting of a wrong type is named") {
  struct Case {
    std::string configuration;
    std::string problem;
  };
  const Case cases[] = {
      {R"({"temperature": "0.7"})", "configuration.temperature must be a number"},
      {R"({"top_p": true})", "configuration.top_p must be a number"},
      {R"({"max_tokens": 0})", "configuration.max_tokens must be a whole number of at least 1"},
      {R"({"max_tokens": 1.5})", "configuration.max_tokens must be a whole number of at least 1"},
      {R"({"max_tokens": "many"})",
       "configuration.max_tokens must be a whole number of at least 1"},
      {R"({"seed": 18446744073709551615})", "configuration.seed must be a whole number"},
      {R"({"stop": [1]})", "configuration.stop must be text, or a list of texts"},
      {R"({"stop": {}})", "configuration.stop must be text, or a list of texts"},
      {R"({"response_format": "json"})", "configuration.response_format must be a mapping"},
      {R"({"reasoning_effort": 3})", "configuration.reasoning_effort must be text"},
      {R"({"tool_choice": 3})", "configuration.tool_choice must be text or a mapping"},
      {R"({"parallel_tool_calls": "no"})",
       "configuration.parallel_tool_calls must be true or false"},
      {R"({"extra_headers": []})", "configuration.extra_headers must be a mapping"},
      {R"({"extra_headers": {"X-A": 1}})", "configuration.extra_headers.X-A must be text"},
      {R"({"extra_headers": {"X A": "1"}})",
       "configuration.extra_headers.X A is no name of a header"},
      {R"({"extra_headers": {"X-A": "1\r\nHost: x"}})",
       "configuration.extra_headers.X-A must be one line without control characters"},
      {R"({"extra_headers": {"Host": "x"}})",
       "configuration.extra_headers.Host is a header that llmctl sets itself"},
      {R"({"extra_headers": {"Authorization": "Bearer x"}})",
       "configuration.extra_headers holds a secret"},
      {R"({"extra_headers": {"X-A": "sk-aaaaaaaaaaaaaaaaaaaaaaaa1"}})",
       "configuration.extra_headers holds a secret"},
      {R"({"extra_body": {"data_sources": [{"authentication": {"api_key": "hush"}}]}})",
       "configuration.extra_body holds a secret"},
      {R"([1])", "configuration must be a mapping"},
      {R"({)", "configuration is not valid JSON at byte 2"},
  };
  const auto message = [](const model::LlmProvider& llm, const std::optional<model::Agent>& agent) {
    try {
      settings_of(llm, agent);
    } catch (const Error& error) {
      CHECK(error.kind == ErrorKind::configuration);
      return std::string(error.what());
    }
    return std::string();
  };
  for (const Case& c : cases) {
    CAPTURE(c.configuration);
    const auto names_owner_and_key = [&](const std::string& owner) {
      return Catch::StartsWith(owner + ": " + c.problem);
    };
    CHECK_THAT(message(llm_with(c.configuration), std::nullopt), names_owner_and_key("LLM 'x'"));
    CHECK_THAT(message(llm_with("{}"), agent_with(c.configuration)),
               names_owner_and_key("agent 'helper'"));
  }
}

}  // namespace
}  // namespace llmctl::providers
