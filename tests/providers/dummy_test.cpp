#include "providers/dummy.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/chat.h"

namespace llmctl::providers {
namespace {

using model::Attempt;
using model::Message;
using test::error_from;
using test::make_agent;
using test::make_llm;

const model::Conversation conversation;
const std::vector<model::Tool> no_tools;

std::vector<HistoryEntry> user_turns(const std::vector<std::string>& texts) {
  std::vector<HistoryEntry> history;
  for (const std::string& text : texts) history.push_back({"user", text});
  return history;
}

ProviderResult send(Provider& provider, const std::vector<HistoryEntry>& history,
                    const std::optional<model::Agent>& agent = {}, std::int64_t hop = 0) {
  return std::get<ProviderResult>(
      provider.send_message({conversation, history, agent, no_tools, hop}));
}

std::optional<ProviderResult> poll(Provider& provider, const std::vector<HistoryEntry>& history,
                                   std::int64_t polls) {
  const Message message;
  const Attempt attempt;
  const std::optional<model::Agent> agent;
  auto step = provider.poll_response({message, attempt, history, agent, polls});
  if (!step) return std::nullopt;
  return std::get<ProviderResult>(std::move(*step));
}

std::unique_ptr<Provider> scripted(const std::string& script) {
  return make_dummy(make_llm("fake", R"({"script": )" + script + "}"));
}

TEST_CASE("the Dummy echoes the last user message with the names of agent and LLM") {
  const auto history = user_turns({"first", "second"});
  CHECK(send(*make_dummy({}), history).content ==
        "Dummy response from Default Agent using Dummy LLM: second");
  const ProviderResult result = send(*make_dummy(make_llm("x")), history, make_agent("law"));
  CHECK(result.status == Status::completed);
  CHECK(result.content == "Dummy response from Agent law using LLM x: second");
  CHECK_FALSE(result.error);
  CHECK_FALSE(result.pending_message_id);
  CHECK_FALSE(result.usage.input_tokens);
  CHECK_FALSE(result.usage.output_tokens);
  CHECK(result.finish_reason == "stop");
}

TEST_CASE("the Dummy looks past the assistant's messages for the user's last one") {
  auto history = user_turns({"question"});
  history.emplace_back();
  history.back().role = "assistant";
  history.back().content = "answer";
  CHECK(send(*make_dummy({}), history).content.ends_with(": question"));
}

TEST_CASE("the Dummy echoes 200 code points, not bytes") {
  const std::string prefix = "Dummy response from Default Agent using Dummy LLM: ";
  for (const std::string unit : {"x", "\u00e9", "\u20ac", "\U0001F600"}) {
    std::string text;
    std::string expected;
    for (int i = 0; i < 201; ++i) text += unit;
    for (int i = 0; i < 200; ++i) expected += unit;
    CAPTURE(unit);
    CHECK(send(*make_dummy({}), user_turns({text})).content == prefix + expected);
    CHECK(send(*make_dummy({}), user_turns({expected})).content == prefix + expected);
  }
}

TEST_CASE("the Dummy answers at once, so polling it gives nothing") {
  CHECK_FALSE(poll(*make_dummy({}), user_turns({"hello"}), 0));
  CHECK_FALSE(poll(*make_dummy(make_llm("x")), user_turns({"hello"}), 5));
}

TEST_CASE("a script's reply is a template") {
  const auto provider =
      scripted(R"({"reply": "{turn}/{agent}/{llm}: {message} {unknown} {{turn}}"})");
  CHECK(send(*provider, user_turns({"a", "{llm} b"}), make_agent("law")).content ==
        "2/Agent law/LLM fake: {llm} b {unknown} {2}");
  CHECK(send(*scripted(R"({"reply": ""})"), user_turns({"a"})).content.empty());
}

TEST_CASE("a script's tokens are reported, and those it leaves out stay unknown") {
  const ProviderResult result = send(
      *scripted(R"({"tokens": {"input": 12, "output": 0, "reasoning": 3}})"), user_turns({"a"}));
  CHECK(result.usage.input_tokens == 12);
  CHECK(result.usage.output_tokens == 0);
  CHECK(result.usage.reasoning_tokens == 3);
  CHECK_FALSE(result.usage.cache_read_tokens);
  CHECK_FALSE(result.usage.cache_write_tokens);
}

TEST_CASE("a script's latency is a delay of the result") {
  CHECK(send(*scripted(R"({"latency": "250ms"})"), user_turns({"a"})).delay ==
        std::chrono::milliseconds(250));
  CHECK(send(*scripted(R"({"reply": "x"})"), user_turns({"a"})).delay == Duration::zero());
}

TEST_CASE("a scripted answer is pending and complete at the Nth poll") {
  const auto provider = scripted(R"({"pending_polls": 3, "reply": "late"})");
  const auto history = user_turns({"a"});
  const ProviderResult sent = send(*provider, history);
  CHECK(sent.status == Status::pending);
  CHECK(sent.content.empty());
  CHECK(poll(*provider, history, 0)->status == Status::pending);
  CHECK(poll(*provider, history, 1)->status == Status::pending);
  const auto third = poll(*provider, history, 2);
  CHECK(third->status == Status::completed);
  CHECK(third->content == "late");
}

TEST_CASE("a scripted failure has the kind's own retryability") {
  struct Case {
    std::string kind;
    bool retryable;
  };
  const Case cases[] = {
      {"auth", false},           {"not_found", false},       {"rate_limited", true},
      {"quota", false},          {"invalid_request", false}, {"context_length", false},
      {"content_filter", false}, {"overloaded", true},       {"server", true},
      {"timeout", true},         {"network", true},          {"tls", true},
      {"malformed", false},      {"cancelled", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.kind);
    const ProviderResult result =
        send(*scripted(R"({"fail": {"kind": ")" + c.kind + R"(", "http_status": 418}})"),
             user_turns({"a"}));
    CHECK(result.status == Status::failed);
    REQUIRE(result.error);
    CHECK(kind_name(result.error->kind) == c.kind);
    CHECK(result.error->retryable == c.retryable);
    CHECK(result.error->http_status == 418);
    CHECK(result.error->message == "scripted failure: " + c.kind);
  }
  CHECK(provider_error_kind_names().size() == std::size(cases));
}

TEST_CASE("a scripted failure lasts for the first tries, or strikes each Nth turn") {
  const auto first_two = scripted(R"({"fail": {"times": 2, "message": "not yet"}})");
  const auto history = user_turns({"a"});
  CHECK(send(*first_two, history, {}, 0).error->message == "not yet");
  CHECK(send(*first_two, history, {}, 1).status == Status::failed);
  CHECK(send(*first_two, history, {}, 2).status == Status::completed);

  const auto each_second = scripted(R"({"fail": {"every": 2}})");
  CHECK(send(*each_second, user_turns({"a"})).status == Status::completed);
  CHECK(send(*each_second, user_turns({"a", "b"})).status == Status::failed);
  CHECK(send(*each_second, user_turns({"a", "b", "c"})).status == Status::completed);
}

TEST_CASE("a sequence has an entry for each turn, and the last one serves the rest") {
  const auto provider =
      scripted(R"({"sequence": [{"reply": "one"}, {"pending_polls": 1}, {"reply": "three"}]})");
  CHECK(send(*provider, user_turns({"a"})).content == "one");
  CHECK(send(*provider, user_turns({"a", "b"})).status == Status::pending);
  CHECK(send(*provider, user_turns({"a", "b", "c"})).content == "three");
  CHECK(send(*provider, user_turns({"a", "b", "c", "d"})).content == "three");
}

TEST_CASE("a script that is not understood names the LLM and the key") {
  struct Case {
    std::string script;
    std::string message;
    std::string hint;
  };
  const Case cases[] = {
      {"[]", "script must be a mapping", ""},
      {R"({"replay": "x"})", "script has an unknown key 'replay'", "did you mean 'reply'?"},
      {R"({"reply": 1})", "script.reply must be text", ""},
      {R"({"tokens": 5})", "script.tokens must be a mapping", ""},
      {R"({"tokens": {"input": -1}})", "script.tokens.input must be a whole number of at least 0",
       ""},
      {R"({"tokens": {"input": 1.5}})", "script.tokens.input must be a whole number of at least 0",
       ""},
      {R"({"tokens": {"inptu": 1}})", "script.tokens has an unknown key 'inptu'",
       "did you mean 'input'?"},
      {R"({"latency": "soon"})", "script.latency must be a duration such as \"250ms\"", ""},
      {R"({"latency": 5})", "script.latency must be text", ""},
      {R"({"pending_polls": "3"})", "script.pending_polls must be a whole number of at least 0",
       ""},
      {R"({"fail": "server"})", "script.fail must be a mapping", ""},
      {R"({"fail": {"kind": "serve"}})", "script.fail.kind: unknown kind 'serve'",
       "did you mean 'server'?"},
      {R"({"fail": {"times": 0}})", "script.fail.times must be a whole number of at least 1", ""},
      {R"({"fail": {"every": 0}})", "script.fail.every must be a whole number of at least 1", ""},
      {R"({"sequence": []})", "script.sequence must be a list of at least one mapping", ""},
      {R"({"sequence": [{}, 3]})", "script.sequence[1] must be a mapping", ""},
      {R"({"sequence": [{"fail": {"http_status": 7}}]})",
       "script.sequence[0].fail.http_status must be a whole number of at least 100", ""},
      {R"({"sequence": [{}], "reply": "x"})", "script has an unknown key 'reply'", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.script);
    const Error error = error_from([&] { scripted(c.script); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.what() == "LLM 'fake': configuration." + c.message);
    CHECK(error.hint == c.hint);
  }
}

}  // namespace
}  // namespace llmctl::providers
