#include "providers/anthropic.h"

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/chat.h"
#include "tests/support/question.h"

namespace llmctl::providers {
namespace {

using test::error_from;
using test::every_split;
using test::hear;
using test::Heard;
using test::Question;
using test::replace_all;
using test::Reply;
using test::Surroundings;

model::LlmProvider make_llm(const std::string& configuration = "{}") {
  model::LlmProvider llm = test::make_llm("claude", configuration);
  llm.provider_type = "anthropic";
  llm.model_identifier = "claude-sonnet-4-5";
  llm.max_tokens = 64;
  return llm;
}

Surroundings with_key() {
  Surroundings surroundings;
  surroundings.secret = "sk-ant-test-0001";
  return surroundings;
}

http::Request request_of(const Question& question, const std::string& configuration = "{}",
                         Surroundings surroundings = with_key()) {
  return question.ask(*make_anthropic(make_llm(configuration), surroundings.context())).request;
}

std::unique_ptr<ReplyReader> make_reader() {
  static Surroundings surroundings = with_key();
  return Question().ask(*make_anthropic(make_llm(), surroundings.context())).reader;
}

Heard hear_reply(const Reply& reply, const std::vector<std::size_t>& cuts = {}) {
  return hear(*make_reader(), reply, cuts);
}

const http::Headers json_headers{{"Content-Type", "application/json"},
                                 {"request-id", "req_011T0000000000000000001"}};
const http::Headers stream_headers{{"Content-Type", "text/event-stream; charset=utf-8"},
                                   {"Request-Id", "req_011T0000000000000000002"}};

const std::string whole_message =
    R"({"id":"msg_01T1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"Oslo"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":17,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":4,"service_tier":"standard"}})";

const std::string stream = R"(event: message_start
data: {"type":"message_start","message":{"id":"msg_01T2","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":412,"cache_creation_input_tokens":0,"cache_read_input_tokens":1024,"output_tokens":2}}     }

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}  }

event: ping
data: {"type": "ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Jeg sjekker "}           }

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"været."}}

event: content_block_stop
data: {"type":"content_block_stop","index":0     }

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_01T2","name":"get_weather","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"city\": \"Ber"}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"gen\"}"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":58}}

event: message_stop
data: {"type":"message_stop"}

)";

const std::string broken_stream = R"(event: message_start
data: {"type":"message_start","message":{"id":"msg_01T4","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Half a"}}

event: error
data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_011T0000000000000000004"}

)";

TEST_CASE("a request to Anthropic is that of the sample") {
  Question question;
  question.history = {{"user", "Capital of Norway?"}};
  question.agent = test::make_agent("a");
  question.agent->system_prompt = "Answer in one word.";
  const http::Request request = request_of(question);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://api.anthropic.com/v1/messages");
  CHECK(request.headers == http::Headers{{"x-api-key", "sk-ant-test-0001"},
                                         {"anthropic-version", "2023-06-01"},
                                         {"content-type", "application/json"}});
  CHECK(
      request.body ==
      R"({"model":"claude-sonnet-4-5","max_tokens":64,"system":"Answer in one word.","messages":[{"role":"user","content":"Capital of Norway?"}]})");
  CHECK(request.body.size() == 136);
}

TEST_CASE("a stream is asked for when the turn streams") {
  CHECK_THAT(request_of({.stream = true}).body, Catch::EndsWith(R"(,"stream":true})"));
  CHECK_THAT(request_of({.stream = false}).body, !Catch::Contains("stream"));
}

TEST_CASE("a base URL may end as other tools want it") {
  struct Case {
    std::string base_url, expected;
  };
  const Case cases[] = {
      {"https://gateway.example", "https://gateway.example/v1/messages"},
      {"https://gateway.example/", "https://gateway.example/v1/messages"},
      {"https://gateway.example/v1", "https://gateway.example/v1/messages"},
      {"https://gateway.example/v1/", "https://gateway.example/v1/messages"},
      {"https://gateway.example/v1/messages", "https://gateway.example/v1/messages"},
      {"https://gateway.example/anthropic", "https://gateway.example/anthropic/v1/messages"},
      {"https://gateway.example/anthropic/v1/", "https://gateway.example/anthropic/v1/messages"},
      {"http://127.0.0.1:18083", "http://127.0.0.1:18083/v1/messages"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.base_url);
    CHECK(request_of({}, R"({"base_url": ")" + c.base_url + "\"}").url == c.expected);
    Surroundings surroundings;
    surroundings.variables["ANTHROPIC_BASE_URL"] = c.base_url;
    CHECK(request_of({}, "{}", surroundings).url == c.expected);
  }
}

TEST_CASE("the key is asked for by its name and for the URL, and not sent where there is none") {
  Surroundings surroundings;
  surroundings.secret.clear();
  const auto provider = make_anthropic(
      make_llm(R"({"credential": "team", "base_url": "http://[::1]:1"})"), surroundings.context());
  const http::Request request = Question().ask(*provider).request;
  REQUIRE(surroundings.asked.size() == 1);
  CHECK(surroundings.asked[0] ==
        std::pair<std::string, std::string>("team", "http://[::1]:1/v1/messages"));
  CHECK_FALSE(http::find_header(request.headers, "x-api-key"));
  CHECK_FALSE(http::find_header(request.headers, "authorization"));
}

TEST_CASE("beta features are a header") {
  const auto betas = [](const std::string& configuration) {
    const http::Request request = request_of({}, configuration);
    const auto header = http::find_header(request.headers, "anthropic-beta");
    return header ? std::optional<std::string>(*header) : std::nullopt;
  };
  CHECK_FALSE(betas("{}"));
  CHECK_FALSE(betas(R"({"anthropic_beta": []})"));
  CHECK(betas(R"({"anthropic_beta": "a-2025"})") == "a-2025");
  CHECK(betas(R"({"anthropic_beta": ["a-2025", "b"]})") == "a-2025,b");
}

TEST_CASE("a configuration that cannot work is refused before anything is asked") {
  struct Case {
    std::string configuration, message;
  };
  const Case cases[] = {
      {R"({"base_url": "http://example.com"})", "configuration.base_url must begin with https://"},
      {R"({"base_url": "https://u:p@example.com"})", "configuration.base_url names a user"},
      {R"({"base_url": 1})", "configuration.base_url must be text"},
      {R"({"anthropic_beta": "a\r\nX: y"})", "configuration.anthropic_beta has a character"},
      {R"({"anthropic_beta": {}})", "configuration.anthropic_beta must be text"},
      {R"({"max_tokens": 0})", "configuration.max_tokens must be"},
      {R"({"temperature": "hot"})", "configuration.temperature must be"},
  };
  Surroundings surroundings = with_key();
  for (const Case& c : cases) {
    CAPTURE(c.configuration);
    const Error error =
        error_from([&] { make_anthropic(make_llm(c.configuration), surroundings.context()); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.what(), Catch::Contains(c.message));
  }
  model::LlmProvider nameless = make_llm();
  nameless.model_identifier.clear();
  CHECK_THAT(
      error_from([&] { make_anthropic(nameless, surroundings.context())->require_ready(); }).what(),
      Catch::Contains("no model_identifier"));
}

TEST_CASE("a turn with nothing to answer asks nobody") {
  Question question;
  question.history = {{"user", " "}};
  Surroundings surroundings = with_key();
  const auto provider = make_anthropic(make_llm(), surroundings.context());
  const auto result = std::get<ProviderResult>(provider->send_message(question.turn()));
  CHECK(result.status == Status::failed);
}

TEST_CASE("there is nothing to poll at Anthropic") {
  const model::Message message;
  const model::Attempt attempt;
  const std::vector<HistoryEntry> history;
  const std::optional<model::Agent> agent;
  Surroundings surroundings = with_key();
  CHECK_FALSE(make_anthropic(make_llm(), surroundings.context())
                  ->poll_response({message, attempt, history, agent, 0}));
}

TEST_CASE("a whole message is the sample's answer, in every split") {
  for (const auto& cuts : every_split(whole_message)) {
    const auto [result, shown] = hear_reply({200, json_headers, whole_message}, cuts);
    REQUIRE(result.status == Status::completed);
    CHECK(result.content == "Oslo");
    CHECK(result.served_model == "claude-sonnet-4-5-20250929");
    CHECK(result.finish_reason == "end_turn");
    CHECK(result.request_id == "req_011T0000000000000000001");
    CHECK(result.usage.input_tokens == 17);
    CHECK(result.usage.output_tokens == 4);
    CHECK(result.usage.cache_read_tokens == 0);
    CHECK(result.usage.cache_write_tokens == 0);
    CHECK_FALSE(result.usage.reasoning_tokens);
    CHECK(result.tool_calls.empty());
    CHECK_FALSE(result.error);
  }
}

void check_streamed(const Heard& heard) {
  const ProviderResult& result = heard.result;
  REQUIRE(result.status == Status::completed);
  CHECK(result.content == "Jeg sjekker v\u00e6ret.");
  CHECK(heard.shown == result.content);
  REQUIRE(result.tool_calls.size() == 1);
  CHECK(result.tool_calls[0].id == "toolu_01T2");
  CHECK(result.tool_calls[0].name == "get_weather");
  CHECK(result.tool_calls[0].arguments.text == R"({"city": "Bergen"})");
  CHECK(result.finish_reason == "tool_use");
  CHECK(result.served_model == "claude-sonnet-4-5-20250929");
  CHECK(result.request_id == "req_011T0000000000000000002");
  CHECK(result.usage.input_tokens == 412);
  CHECK(result.usage.cache_read_tokens == 1024);
  CHECK(result.usage.cache_write_tokens == 0);
  CHECK(result.usage.output_tokens == 58);
}

TEST_CASE("a stream is the sample's answer, in every split, with any line ends") {
  REQUIRE(sha256_hex(stream) == "814678ddcca1f0832e51a1a24cab414f5b7d03464c3cc0d0ae2c91c8836fda4d");
  for (const char* line_end : {"\n", "\r\n", "\r"}) {
    const std::string body = replace_all(stream, "\n", line_end);
    for (const auto& cuts : every_split(body))
      check_streamed(hear_reply({200, stream_headers, body}, cuts));
  }
  check_streamed(
      hear_reply({200, stream_headers, ": hello\n\n" + replace_all(stream, "data: ", "data:")}));
}

TEST_CASE("an event without a name is known by its type, and the type counts more") {
  check_streamed(hear_reply({200, stream_headers, replace_all(stream, "event: ", "x: ")}));
  check_streamed(
      hear_reply({200, stream_headers, replace_all(stream, "event: message", "event: other")}));
  const Heard heard = hear_reply(
      {200, stream_headers,
       "event: error\ndata: {\"error\":{\"type\":\"api_error\",\"message\":\"x\"}}\n\n"});
  CHECK(heard.result.error.value().kind == ProviderErrorKind::server);
}

TEST_CASE("a stream that ends before message_stop is no answer, wherever it is cut") {
  const std::string stop = "{\"type\":\"message_stop\"}";
  const std::size_t end = stream.find(stop) + stop.size();
  for (std::size_t size = 0; size < stream.size(); ++size) {
    CAPTURE(size);
    const auto [result, shown] = hear_reply({200, stream_headers, stream.substr(0, size)});
    if (size >= end) {
      CHECK(result.status == Status::completed);
      continue;
    }
    REQUIRE(result.status == Status::failed);
    REQUIRE(result.error);
    CHECK(result.error->kind == ProviderErrorKind::network);
    CHECK(result.error->retryable);
    CHECK(result.error->http_status == 200);
    CHECK(result.content.starts_with(shown));
  }
}

TEST_CASE("an error within a stream fails it, with the text so far") {
  REQUIRE(sha256_hex(broken_stream) ==
          "683ce8699256d1b39ba4faba5e705f795ce8308deddd03f4e73d37b4523a8921");
  for (const auto& cuts : every_split(broken_stream)) {
    const auto [result, shown] =
        hear_reply({200, {{"Content-Type", "text/event-stream"}}, broken_stream}, cuts);
    REQUIRE(result.status == Status::failed);
    CHECK(result.content == "Half a");
    CHECK(shown == "Half a");
    CHECK(result.error.value().kind == ProviderErrorKind::overloaded);
    CHECK(result.error->retryable);
    CHECK(result.error->message == "Overloaded");
    CHECK(result.request_id == "req_011T0000000000000000004");
    CHECK(result.usage.input_tokens == 9);
  }
  const Heard later = hear_reply({200, stream_headers, broken_stream + stream});
  CHECK(later.result.content == "Half a");
  CHECK(later.result.status == Status::failed);
}

TEST_CASE("what follows message_stop is passed over") {
  check_streamed(hear_reply({200, stream_headers, stream + broken_stream + "data: {\n\n"}));
}

TEST_CASE("an event that is no JSON, or no mapping, is malformed") {
  for (const char* data : {"{", "1", "[]", "null", "\"x\"", "{\"type\":\"message_start\"}"}) {
    CAPTURE(data);
    const auto [result, shown] =
        hear_reply({200, stream_headers, "data: " + std::string(data) + "\n\n" + stream});
    CHECK(result.error.value().kind == ProviderErrorKind::malformed);
    CHECK_FALSE(result.error->retryable);
  }
}

TEST_CASE("a delta of 70 KiB and thousands of small ones are put together") {
  std::string body = stream.substr(0, stream.find("event: content_block_delta"));
  std::string expected;
  const auto add = [&](const std::string& text) {
    body +=
        R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
        text + "\"}}\n\n";
    expected += text;
  };
  add(std::string(70 << 10, 'x'));
  for (int i = 0; i < 5000; ++i) add(std::to_string(i));
  body += "data: {\"type\":\"message_stop\"}\n\n";
  const auto [result, shown] = hear_reply({200, stream_headers, body});
  CHECK(result.status == Status::completed);
  CHECK(result.content == expected);
  CHECK(shown == expected);
}

ProviderResult message_result(const std::string& members) {
  return hear_reply(
             {200, json_headers,
              R"({"id":"m","type":"message","role":"assistant","model":"c",)" + members + "}"})
      .result;
}

TEST_CASE("a message may have no content, or none that is text") {
  ProviderResult result = message_result(R"("content":[],"stop_reason":"end_turn")");
  CHECK(result.status == Status::completed);
  CHECK(result.content == "");
  CHECK_FALSE(result.usage.input_tokens);
  result = message_result(R"("content":[{"type":"thinking","thinking":"hm","signature":"s"},
                                        {"type":"redacted_thinking","data":"x"}],"stop_reason":"end_turn")");
  CHECK(result.status == Status::completed);
  CHECK(result.content == "");
  result = message_result(R"("content":[{"type":"text","text":"a"},{"type":"novelty","text":"x"},
                                        {"type":"text","text":"b"}],"stop_reason":"end_turn")");
  CHECK(result.content == "ab");
}

TEST_CASE("stop reasons are kept in the provider's words") {
  for (const std::string reason : {"end_turn", "max_tokens", "stop_sequence", "tool_use",
                                   "pause_turn", "model_context_window_exceeded", "novelty"}) {
    const ProviderResult result =
        message_result(R"("content":[{"type":"text","text":"a"}],"stop_reason":")" + reason + "\"");
    CHECK(result.status == Status::completed);
    CHECK(result.finish_reason == reason);
  }
}

TEST_CASE("a refusal is a failure that keeps the text so far") {
  ProviderResult result = message_result(
      R"("content":[{"type":"text","text":"To b"}],"stop_reason":"refusal",
         "stop_details":{"type":"refusal","category":"x","explanation":"not this"},
         "usage":{"input_tokens":3,"output_tokens":2})");
  CHECK(result.status == Status::failed);
  CHECK(result.error.value().kind == ProviderErrorKind::content_filter);
  CHECK(result.error->message == "the model refused to answer: not this");
  CHECK_FALSE(result.error->retryable);
  CHECK(result.content == "To b");
  CHECK(result.usage.output_tokens == 2);
  result = message_result(R"("content":[],"stop_reason":"refusal","stop_details":null)");
  CHECK(result.error.value().message == "the model refused to answer");
  CHECK(hear_reply(
            {200, stream_headers, replace_all(stream, "\"tool_use\",\"stop", "\"refusal\",\"stop")})
            .result.error.value()
            .kind == ProviderErrorKind::content_filter);
}

TEST_CASE("a success that is no message is malformed, unless it is an error") {
  for (const std::string body : {"", " ", "<html>", "{", "[]", "null", "{}", "\"text\"", "x\0y",
                                 R"({"content":"text"})", R"({"type":"message"})"}) {
    CAPTURE(body);
    const ProviderResult result = hear_reply({200, json_headers, body}).result;
    CHECK(result.status == Status::failed);
    CHECK(result.error.value().kind == ProviderErrorKind::malformed);
    CHECK_FALSE(result.error->retryable);
    CHECK(result.request_id == "req_011T0000000000000000001");
  }
  const ProviderResult result =
      hear_reply({200, json_headers,
                  R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"})
          .result;
  CHECK(result.error.value().kind == ProviderErrorKind::overloaded);
}

struct ErrorCase {
  int status;
  std::string type;
  std::string message;
  ProviderErrorKind kind;
  bool retryable;
  http::Headers more = {};
};

TEST_CASE("errors get their kinds, and only some are worth another try") {
  using Kind = ProviderErrorKind;
  const ErrorCase cases[] = {
      {400, "invalid_request_error", "bad", Kind::invalid_request, false},
      {400, "invalid_request_error", "Your credit balance is too low", Kind::quota, false},
      {400, "invalid_request_error", "You have reached your specified API usage limits",
       Kind::quota, false},
      {400, "invalid_request_error", "prompt is too long: 200001 tokens", Kind::context_length,
       false},
      {401, "authentication_error", "invalid x-api-key", Kind::auth, false},
      {402, "billing_error", "no money", Kind::quota, false},
      {403, "permission_error", "no", Kind::auth, false},
      {404, "not_found_error", "model: x", Kind::not_found, false},
      {409, "conflict_error", "conflict", Kind::server, true},
      {413, "request_too_large", "too large", Kind::invalid_request, false},
      {422, "invalid_request_error", "bad", Kind::invalid_request, false},
      {429, "rate_limit_error", "slow", Kind::rate_limited, true},
      {429, "rate_limit_error", "slow", Kind::rate_limited, true, {{"retry-after", "3"}}},
      {429, "rate_limit_error", "monthly spend limit reached", Kind::quota, false},
      {500, "api_error", "oops", Kind::server, true},
      {500, "api_error", "oops", Kind::server, false, {{"x-should-retry", "false"}}},
      {502, "novel_error", "bad gateway", Kind::server, true},
      {503, "", "", Kind::overloaded, true},
      {504, "timeout_error", "slow", Kind::timeout, true},
      {529, "overloaded_error", "Overloaded", Kind::overloaded, true, {{"x-should-retry", "true"}}},
  };
  for (const ErrorCase& c : cases) {
    CAPTURE(c.status, c.type, c.message);
    http::Headers headers = json_headers;
    headers.insert(headers.end(), c.more.begin(), c.more.end());
    const std::string body = R"({"type":"error","error":{"type":")" + c.type + R"(","message":")" +
                             c.message + R"("},"request_id":null})";
    const ProviderResult result = hear_reply({c.status, headers, body}).result;
    CHECK(result.status == Status::failed);
    REQUIRE(result.error);
    CHECK(kind_name(result.error->kind) == kind_name(c.kind));
    CHECK(result.error->retryable == c.retryable);
    CHECK(result.error->http_status == c.status);
    CHECK(result.request_id == "req_011T0000000000000000001");
    if (!c.message.empty()) CHECK(result.error->message == c.message);
  }
}

TEST_CASE("a rate limit says how long to wait") {
  const std::string body =
      R"({"type":"error","error":{"type":"rate_limit_error","message":"slow"}})";
  http::Headers headers = json_headers;
  headers.emplace_back("retry-after", "3");
  CHECK(hear_reply({429, headers, body}).result.error.value().advised_wait ==
        std::chrono::seconds(3));
  CHECK_FALSE(hear_reply({429, json_headers, body}).result.error.value().advised_wait);
}

TEST_CASE("errors of what stands before the service have a status alone") {
  ProviderResult result =
      hear_reply({413, {{"Content-Type", "text/html"}}, "<html>413</html>"}).result;
  CHECK(result.error.value().kind == ProviderErrorKind::invalid_request);
  CHECK(result.error->message == "HTTP status 413");
  CHECK_FALSE(result.error->retryable);
  result = hear_reply({502, {}, ""}).result;
  CHECK(result.error.value().kind == ProviderErrorKind::server);
  CHECK(result.error->message == "HTTP status 502");
  CHECK(result.error->retryable);
  result = hear_reply({301, {{"Location", "https://evil.example"}}, ""}).result;
  CHECK(result.status == Status::failed);
  CHECK_FALSE(result.error.value().retryable);
  result = hear_reply({500, {{"Content-Type", "text/event-stream"}}, stream}).result;
  CHECK(result.status == Status::failed);
}

TEST_CASE("a reply that breaks off is a failure with the text so far") {
  const auto reader = make_reader();
  ProviderResult result = reader->fail({ProviderErrorKind::timeout, true, {}, {}, "no reply"});
  CHECK(result.status == Status::failed);
  CHECK(result.error.value().message == "no reply");
  CHECK_FALSE(result.error->http_status);
  reader->begin({200, stream_headers});
  reader->feed(std::string_view(stream).substr(0, stream.find("event: content_block_stop")),
               nullptr);
  result = reader->fail({ProviderErrorKind::network, true, {}, {}, "reset"});
  CHECK(result.content == "Jeg sjekker v\u00e6ret.");
  CHECK(result.error.value().kind == ProviderErrorKind::network);
  CHECK(result.error->http_status == 200);
  CHECK(result.request_id == "req_011T0000000000000000002");
}

}  // namespace
}  // namespace llmctl::providers
