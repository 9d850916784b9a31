#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "providers/messages_answer.h"
#include "providers/messages_error.h"
#include "providers/messages_request.h"
#include "tests/support/chat.h"
#include "tests/support/question.h"

namespace llmctl::providers::messages {
namespace {

using nlohmann::json;
using test::error_from;
using test::make_agent;

std::variant<std::string, ProviderResult> make(const test::Question& question,
                                               const TurnSettings& settings = {},
                                               const BodyOptions& options = {}) {
  return make_body(
      {question.conversation, question.history, question.agent, question.tools, 0, question.stream},
      settings, options);
}

json body_of(const test::Question& question, const TurnSettings& settings = {},
             const BodyOptions& options = {}) {
  return json::parse(std::get<std::string>(make(question, settings, options)));
}

json messages_of(const std::vector<HistoryEntry>& history) {
  return body_of({.history = history})["messages"];
}

std::string refusal_of(const std::vector<HistoryEntry>& history) {
  const auto result = std::get<ProviderResult>(make({.history = history}));
  CHECK(result.status == Status::failed);
  CHECK(result.error.value().kind == ProviderErrorKind::invalid_request);
  CHECK_FALSE(result.error->retryable);
  return result.error->message;
}

HistoryEntry calling(const std::string& text, std::vector<ToolCall> calls) {
  return {"assistant", text, std::move(calls), {}};
}
HistoryEntry result_of(const std::string& id, const std::string& content) {
  return {"tool", content, {}, id};
}

TEST_CASE("roles take turns, the user's first and last") {
  struct Case {
    std::string name;
    std::vector<HistoryEntry> history;
    json expected;
  };
  const json one = R"([{"role":"user","content":"a"}])"_json;
  const Case cases[] = {
      {"one", {{"user", "a"}}, one},
      {"in turns",
       {{"user", "a"}, {"assistant", "b"}, {"user", "c"}},
       R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},
           {"role":"user","content":"c"}])"_json},
      {"assistant first", {{"assistant", "x"}, {"assistant", "y"}, {"user", "a"}}, one},
      {"assistant last", {{"user", "a"}, {"assistant", "x"}}, one},
      {"two in a row",
       {{"user", "a"}, {"user", "b"}},
       R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])"_json},
      {"empty ones between",
       {{"user", "a"}, {"assistant", ""}, {"user", " \n\t"}, {"user", "b"}},
       R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])"_json},
      {"empty first", {{"user", ""}, {"assistant", "x"}, {"user", "a"}}, one},
      {"system in the middle", {{"system", "s"}, {"user", "a"}, {"system", "t"}}, one},
      {"unknown role", {{"user", "a"}, {"observer", "x"}}, one},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(messages_of(c.history) == c.expected);
  }
}

TEST_CASE("a turn with nothing to answer is refused") {
  for (const auto& history : std::vector<std::vector<HistoryEntry>>{
           {}, {{"user", " \n"}}, {{"assistant", "x"}}, {{"system", "s"}}})
    CHECK(refusal_of(history) == "there is no message to answer");
}

TEST_CASE("system prompts are joined by an empty line, the agent's first") {
  test::Question question;
  CHECK_FALSE(body_of(question).contains("system"));
  question.agent = make_agent("a");
  question.agent->system_prompt = " \n";
  CHECK_FALSE(body_of(question).contains("system"));
  question.agent->system_prompt = "Be brief.";
  CHECK(body_of(question)["system"] == "Be brief.");
  question.history = {
      {"system", "Speak Norwegian."}, {"user", "Hi"}, {"system", ""}, {"system", "Now."}};
  CHECK(body_of(question)["system"] == "Be brief.\n\nSpeak Norwegian.\n\nNow.");
}

TEST_CASE("a tool's call and its results stand in blocks, results first") {
  const json messages = messages_of(
      {{"user", "a"},
       calling("looking", {{"t1", "weather", {R"({"city": "Bergen"})"}}, {"t2", "time", {"{}"}}}),
       result_of("t2", "12:00"),
       result_of("t1", ""),
       {"user", "and?"}});
  CHECK(messages == R"([{"role":"user","content":"a"},
    {"role":"assistant","content":[{"type":"text","text":"looking"},
      {"type":"tool_use","id":"t1","name":"weather","input":{"city":"Bergen"}},
      {"type":"tool_use","id":"t2","name":"time","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":""},
      {"type":"tool_result","tool_use_id":"t2","content":"12:00"},
      {"type":"text","text":"and?"}]}])"_json);
}

TEST_CASE("what a model wrote instead of a mapping goes back as an empty one") {
  for (const char* arguments : {"\"{\\\"a\\\":\"", "[1]", "", "{"}) {
    const json messages =
        messages_of({{"user", "a"}, calling("", {{"t", "f", {arguments}}}), result_of("t", "r")});
    CHECK(messages[1]["content"][0]["input"] == json::object());
  }
}

TEST_CASE("calls of earlier turns without a result are left out, of this turn refused") {
  const std::vector<ToolCall> calls{{"t1", "f", {"{}"}}, {"t2", "f", {"{}"}}};
  CHECK(messages_of({{"user", "a"}, calling("b", calls), {"user", "c"}})[1]["content"] == "b");
  CHECK(messages_of({{"user", "a"}, calling("b", calls), result_of("t1", "r"), {"user", "c"}})
            .size() == 3);
  CHECK(messages_of({{"user", "a"}, result_of("t1", "r"), {"user", "b"}}).size() == 1);
  CHECK(messages_of({calling("", calls), result_of("t1", "r"), result_of("t2", "r"), {"user", "b"}})
            .size() == 1);
  CHECK(refusal_of({{"user", "a"}, calling("b", calls), result_of("t1", "r")}) ==
        "tool call 't2' has no result");
  CHECK(refusal_of({{"user", "a"}, calling("b", calls)}) == "tool call 't1' has no result");
}

TEST_CASE("max_tokens is always sent, what nobody set never") {
  const json body = body_of({});
  CHECK(body == R"({"max_tokens":4096,"messages":[{"role":"user","content":"Hi"}]})"_json);
  TurnSettings settings;
  settings.max_tokens = 5;
  settings.temperature = 0.5;
  settings.top_p = 0.25;
  settings.stop = {"END"};
  settings.reasoning_effort = "low";
  settings.seed = 1;
  settings.presence_penalty = 1;
  settings.extra_body = {R"({"top_k":3,"thinking":{"type":"disabled"}})"};
  CHECK(body_of({}, settings) ==
        R"({"max_tokens":5,"messages":[{"role":"user","content":"Hi"}],"temperature":0.5,
            "top_p":0.25,"stop_sequences":["END"],"output_config":{"effort":"low"},"top_k":3,
            "thinking":{"type":"disabled"}})"_json);
}

TEST_CASE("services differ in where version, model and streaming are said") {
  const BodyOptions by_url{"bedrock-2023-05-31", {"b1", "b2"}, "", false};
  CHECK(
      std::get<std::string>(make({.stream = true}, {}, by_url)) ==
      R"({"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["b1","b2"],"max_tokens":4096,"messages":[{"role":"user","content":"Hi"}]})");
  const BodyOptions by_body{"", {}, "m", true};
  CHECK(
      std::get<std::string>(make({.stream = true}, {}, by_body)) ==
      R"({"model":"m","max_tokens":4096,"messages":[{"role":"user","content":"Hi"}],"stream":true})");
  CHECK_FALSE(body_of({.stream = false}, {}, by_body).contains("stream"));
}

TEST_CASE("in a Messages request extra_body cannot say what llmctl says") {
  for (const char* key :
       {"model", "stream", "messages", "max_tokens", "anthropic_version", "anthropic_beta"}) {
    TurnSettings settings;
    settings.extra_body = {json{{key, 1}}.dump()};
    const Error error = error_from([&] { make({}, settings); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.what(), Catch::Contains(std::string("extra_body.") + key));
  }
}

TEST_CASE("tools are declared with an input_schema, and the choice in the words of Messages") {
  model::Tool tool;
  tool.id = "get_weather";
  tool.description = "Weather of a city";
  tool.function_schema = {
      R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})"};
  const test::Question question{.tools = {tool}};
  const json body = body_of(question);
  CHECK(body["tools"] == R"([{"name":"get_weather","description":"Weather of a city",
    "input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}])"_json);
  CHECK_FALSE(body.contains("tool_choice"));

  struct Case {
    std::optional<JsonText> choice;
    std::optional<bool> parallel;
    json expected;
  };
  const Case cases[] = {
      {JsonText{R"("auto")"}, {}, R"({"type":"auto"})"_json},
      {JsonText{R"("required")"}, {}, R"({"type":"any"})"_json},
      {JsonText{R"("none")"}, false, R"({"type":"none"})"_json},
      {JsonText{R"({"type":"tool","name":"x"})"}, {}, R"({"type":"tool","name":"x"})"_json},
      {JsonText{R"({"type":"function","function":{"name":"x"}})"}, false,
       R"({"type":"tool","name":"x","disable_parallel_tool_use":true})"_json},
      {{}, false, R"({"type":"auto","disable_parallel_tool_use":true})"_json},
  };
  for (const Case& c : cases) {
    TurnSettings settings;
    settings.tool_choice = c.choice;
    settings.parallel_tool_calls = c.parallel;
    CHECK(body_of(question, settings)["tool_choice"] == c.expected);
    CHECK_FALSE(body_of({}, settings).contains("tool_choice"));
  }
}

TEST_CASE("text that is not UTF-8 costs the character, not the turn") {
  CHECK(messages_of({{"user",
                      "a\xff"
                      "b"}})[0]["content"] ==
        "a\ufffd"
        "b");
}

TEST_CASE("extra headers take the place of those with their names") {
  const http::Headers headers =
      with_extra_headers({{"Accept", "a"}, {"X", "1"}}, {{"accept", "b"}, {"Y", "2"}});
  CHECK(headers == http::Headers{{"X", "1"}, {"accept", "b"}, {"Y", "2"}});
}

/// What an answer holds after these events, or its fault.
ProviderResult after(const std::vector<std::string>& events) {
  Answer answer;
  for (const std::string& event : events) answer.add(json::parse(event), nullptr);
  ProviderResult result;
  answer.fill(result);
  return result;
}

std::string input_of(const std::vector<std::string>& fragments, const std::string& input = "{}") {
  std::vector<std::string> events{
      R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":)" +
      input + "}}"};
  for (const std::string& fragment : fragments) {
    const json delta{{"type", "input_json_delta"}, {"partial_json", fragment}};
    events.push_back(json{{"type", "content_block_delta"}, {"index", 1}, {"delta", delta}}.dump());
  }
  const ProviderResult result = after(events);
  REQUIRE(result.tool_calls.size() == 1);
  CHECK(result.tool_calls[0].id == "t");
  CHECK(result.tool_calls[0].name == "f");
  return result.tool_calls[0].arguments.text;
}

TEST_CASE("a tool's input is joined from its fragments") {
  CHECK(input_of({"", R"({"city": "Ber)", R"(gen"})"}) == R"({"city": "Bergen"})");
  CHECK(input_of({R"({"a":"\u00)", R"(e5"})"}) == R"({"a":"\u00e5"})");
  CHECK(input_of({}) == "{}");
  CHECK(input_of({""}) == "{}");
  CHECK(input_of({}, R"({"a":1})") == R"({"a":1})");
  CHECK(input_of({R"({"a": "cut)"}) == R"("{\"a\": \"cut")");
}

TEST_CASE("counts are totals so far: what is said later takes the place of what was said") {
  const std::string start =
      R"({"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":3,
          "cache_creation_input_tokens":null,"output_tokens":1}}})";
  ProviderResult result = after({start});
  CHECK(result.usage.input_tokens == 10);
  CHECK(result.usage.output_tokens == 1);
  CHECK(result.usage.cache_read_tokens == 3);
  CHECK_FALSE(result.usage.cache_write_tokens);
  result =
      after({start, R"({"type":"message_delta","delta":{},"usage":{"output_tokens":7,
      "input_tokens":null,"output_tokens_details":{"thinking_tokens":4}}})",
             R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})",
             R"({"type":"message_delta","delta":{"stop_reason":null},"usage":{"input_tokens":12,
      "cache_read_input_tokens":5,"cache_creation_input_tokens":2,"output_tokens":9}})"});
  CHECK(result.usage.input_tokens == 12);
  CHECK(result.usage.output_tokens == 9);
  CHECK(result.usage.cache_read_tokens == 5);
  CHECK(result.usage.cache_write_tokens == 2);
  CHECK(result.usage.reasoning_tokens == 4);
  CHECK(result.finish_reason == "end_turn");
  CHECK_FALSE(after({R"({"type":"message_start","message":{}})"}).usage.input_tokens);
  CHECK_FALSE(after({R"({"type":"message_start","message":{"usage":{"input_tokens":-1}}})"})
                  .usage.input_tokens);
}

TEST_CASE("Bedrock's own counts fill in for those that are missing only") {
  const std::string stop =
      R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":8,"outputTokenCount":5,"cacheReadInputTokenCount":2}})";
  CHECK(after({stop}).usage.input_tokens == 8);
  CHECK(after({stop}).usage.output_tokens == 5);
  CHECK(after({stop}).usage.cache_read_tokens == 2);
  const std::string delta = R"({"type":"message_delta","delta":{},"usage":{"output_tokens":7}})";
  CHECK(after({delta, stop}).usage.output_tokens == 7);
  CHECK_FALSE(after({delta, stop}).usage.input_tokens);
}

TEST_CASE("thinking, unknown contents, deltas and events have no part in an answer") {
  const ProviderResult result = after({
      R"({"type":"ping"})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"hm"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":"A"}})",
      R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"B"}})",
      R"({"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{}}})",
      R"({"type":"content_block_start","index":2,"content_block":{"type":"server_tool_use","id":"s","name":"web"}})",
      R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}})",
      R"({"type":"content_block_start","index":3,"content_block":{"type":"text","text":"C"}})",
      R"({"type":"fireworks"})",
      R"({"no":"type"})",
  });
  CHECK(result.content == "ABC");
  CHECK(result.tool_calls.empty());
}

TEST_CASE("members of a wrong type are faults") {
  for (
      const char* event :
      {R"({"type":"message_start"})", R"({"type":"message_start","message":[]})",
       R"({"type":"content_block_start","index":0})",
       R"({"type":"content_block_start","content_block":{"type":"text"}})",
       R"({"type":"content_block_start","content_block":{"type":"text","text":1}})",
       R"({"type":"content_block_delta","delta":{"type":"text_delta","text":null}})",
       R"({"type":"content_block_delta","delta":{"type":"text_delta"}})",
       R"({"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":{}}})"}) {
    CAPTURE(event);
    Answer answer;
    answer.add(json::parse(event), nullptr);
    CHECK_FALSE(answer.fault().empty());
  }
  for (const char* message : {"{}", "[]", R"({"content":"text"})", R"({"content":[1]})",
                              R"({"content":[{"type":"text","text":{}}]})"}) {
    CAPTURE(message);
    Answer answer;
    answer.read(json::parse(message));
    CHECK_FALSE(answer.fault().empty());
  }
}

TEST_CASE("budgets and lengths are told from what else is wrong by the message alone") {
  using Kind = ProviderErrorKind;
  struct Case {
    Kind kind;
    std::string message;
    bool may_wait;
    Kind expected;
  };
  const Case cases[] = {
      {Kind::invalid_request, "Your credit balance is too low to access the API", false,
       Kind::quota},
      {Kind::invalid_request, "You have reached your specified API usage limits.", false,
       Kind::quota},
      {Kind::invalid_request, "prompt is too long: 210000 tokens > 200000 maximum", false,
       Kind::context_length},
      {Kind::invalid_request, "Input is too long for requested model.", false,
       Kind::context_length},
      {Kind::invalid_request, "messages: at least one message is required", false,
       Kind::invalid_request},
      {Kind::rate_limited, "monthly spend limit reached", false, Kind::quota},
      {Kind::rate_limited, "monthly spend limit reached", true, Kind::rate_limited},
      {Kind::rate_limited, "Number of requests has exceeded your rate limit", false,
       Kind::rate_limited},
      {Kind::server, "billing", false, Kind::server},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    CHECK(refine_kind(c.kind, c.message, c.may_wait) == c.expected);
  }
}

}  // namespace
}  // namespace llmctl::providers::messages
