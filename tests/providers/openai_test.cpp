#include "providers/openai.h"

#include <catch2/catch.hpp>

#include "tests/support/exchange.h"

namespace llmctl::providers {
namespace {

using test::ask;
using test::exchange_of;
using test::Surroundings;
using test::TurnParts;

model::LlmProvider llm_of(const std::string& configuration = "{}",
                          const std::string& type = "openai") {
  model::LlmProvider llm;
  llm.id = "x";
  llm.provider_type = type;
  llm.model_identifier = "gpt-4o-mini";
  llm.max_tokens = 32;
  llm.configuration = {configuration};
  return llm;
}

model::Agent agent_of(const std::string& system_prompt, const std::string& configuration = "{}") {
  model::Agent agent;
  agent.id = "helper";
  agent.system_prompt = system_prompt;
  agent.configuration = {configuration};
  return agent;
}

http::Request request_of(Surroundings& surroundings, const model::LlmProvider& llm,
                         const TurnParts& parts = ask("hi")) {
  return exchange_of(make_openai(llm, surroundings.context())->send_message(parts.turn())).request;
}

std::string body_of(const model::LlmProvider& llm, const TurnParts& parts) {
  Surroundings surroundings;
  return request_of(surroundings, llm, parts).body;
}

/// The messages alone.
std::string messages_of(const std::vector<HistoryEntry>& history,
                        const std::string& configuration = "{}") {
  TurnParts parts;
  parts.history = history;
  const std::string body = body_of(llm_of(configuration), parts);
  const std::size_t start = body.find('[');
  return body.substr(start, body.find(",\"max_completion_tokens\"") - start);
}

/// The error of a turn for which no request is made.
ProviderError refusal_of(const TurnParts& parts) {
  Surroundings surroundings;
  const Step step = make_openai(llm_of(), surroundings.context())->send_message(parts.turn());
  const auto& result = std::get<ProviderResult>(step);
  CHECK(result.status == Status::failed);
  CHECK(surroundings.asked.empty());
  return *result.error;
}

Error error_of(const model::LlmProvider& llm, const TurnParts& parts = ask("hi"),
               Surroundings surroundings = {}) {
  try {
    request_of(surroundings, llm, parts);
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::configuration);
    return error;
  }
  FAIL("no error");
  return {ErrorKind::failed, ""};
}

TEST_CASE("a plain turn is one request, byte for byte") {
  Surroundings surroundings;
  TurnParts parts = ask("Capital of Norway?");
  parts.agent = agent_of("Answer in one word.");
  const http::Request request = request_of(surroundings, llm_of(), parts);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://api.openai.com/v1/chat/completions");
  CHECK(request.headers == http::Headers{{"Authorization", "Bearer sk-test-0001"},
                                         {"Content-Type", "application/json"},
                                         {"Accept", "application/json"}});
  CHECK(
      request.body ==
      R"json({"model":"gpt-4o-mini","messages":[{"role":"system","content":"Answer in one word."},{"role":"user","content":"Capital of Norway?"}],"max_completion_tokens":32})json");
  CHECK(request.body.size() == 160);
  CHECK(surroundings.asked ==
        std::vector<std::pair<std::string, std::string>>{{"openai", request.url}});
}

TEST_CASE("a streamed turn asks for usage, unless the configuration says no") {
  Surroundings surroundings;
  TurnParts parts = ask("hi");
  parts.stream = true;
  const std::string start =
      R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":32,"stream":true)";
  const http::Request request = request_of(surroundings, llm_of(), parts);
  CHECK(request.body == start + R"(,"stream_options":{"include_usage":true}})");
  CHECK(http::find_header(request.headers, "Accept") == "text/event-stream");
  CHECK(body_of(llm_of(R"({"include_usage": false})"), parts) == start + "}");
}

TEST_CASE("the base URL is the configuration's, the environment's or the service's") {
  struct Case {
    std::string type;
    std::string configuration;
    std::string variable;
    std::string url;
  };
  const Case cases[] = {
      {"openai", "{}", "", "https://api.openai.com/v1/chat/completions"},
      {"openai", "{}", "http://localhost:8080/v1/", "http://localhost:8080/v1/chat/completions"},
      {"openai", R"({"base_url": "https://a.example/v1"})", "https://b.example",
       "https://a.example/v1/chat/completions"},
      {"openai", R"({"base_url": "https://a.example"})", "", "https://a.example/chat/completions"},
      {"openai", R"({"base_url": "https://a.example/"})", "", "https://a.example/chat/completions"},
      {"openai", R"({"base_url": "http://127.0.0.1:1/proxy/v1/"})", "",
       "http://127.0.0.1:1/proxy/v1/chat/completions"},
      {"openai", R"({"base_url": "http://127.0.0.1:1/proxy/v1"})", "",
       "http://127.0.0.1:1/proxy/v1/chat/completions"},
      {"openai", R"({"base_url": "http://[::1]:8080/v1//"})", "",
       "http://[::1]:8080/v1/chat/completions"},
      {"custom", R"({"base_url": "http://localhost:11434/v1"})", "https://b.example",
       "http://localhost:11434/v1/chat/completions"},
      {"google", "{}", "https://b.example",
       "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.type, c.configuration, c.variable);
    Surroundings surroundings;
    if (!c.variable.empty()) surroundings.variables["OPENAI_BASE_URL"] = c.variable;
    CHECK(request_of(surroundings, llm_of(c.configuration, c.type)).url == c.url);
  }
}

TEST_CASE("a base URL that cannot be followed by a path, or is not safe, is refused") {
  for (const std::string url :
       {"https://a.example/v1?x=y", "https://a.example/v1#top", "a.example/v1", "ftp://a.example",
        "https://", "https:///v1", "https://user@a.example", "https://user:word@a.example",
        "https://a.example:port/v1", "https://a.example/ v1", "https://a.example\\v1",
        "http://a.example/v1", "http://127.example.org/v1", "http://127.0.0.1.example.org/v1",
        "https://[::1/v1"}) {
    CAPTURE(url);
    CHECK_THAT(error_of(llm_of(R"({"base_url": ")" + url + "\"}")).what(),
               Catch::StartsWith("LLM 'x': configuration") && !Catch::Contains("word"));
    Surroundings surroundings;
    surroundings.variables["OPENAI_BASE_URL"] = url;
    CHECK_THAT(error_of(llm_of(), ask("hi"), surroundings).what(),
               Catch::StartsWith("OPENAI_BASE_URL ") && !Catch::Contains("word"));
  }
  CHECK_THAT(error_of(llm_of(R"({"base_url": 1})")).what(),
             Catch::Contains("configuration.base_url must be text"));
  CHECK_THAT(error_of(llm_of("{}", "custom")).what(),
             Catch::Contains("configuration.base_url is missing"));
}

TEST_CASE("settings that the provider cannot work with are refused before a turn is made") {
  Surroundings surroundings;
  for (const std::string configuration :
       {R"({"base_url": "a.example"})", R"({"max_tokens_field": "tokens"})",
        R"({"system_role": "user"})", R"({"include_usage": "yes"})", R"({"credential": 1})",
        R"({"temperature": "warm"})"}) {
    CAPTURE(configuration);
    CHECK_THROWS_AS(make_openai(llm_of(configuration), surroundings.context()), Error);
  }
  model::LlmProvider without_model = llm_of();
  without_model.model_identifier.clear();
  const auto nameless = make_openai(without_model, surroundings.context());
  CHECK_THROWS_WITH(nameless->require_ready(), Catch::Contains("LLM 'x' has no model_identifier"));
}

TEST_CASE("the secret is asked for by name, when a request is made, and is in one header alone") {
  struct Case {
    std::string type;
    std::string configuration;
    std::string credential;  ///< empty: none is asked for
  };
  const Case cases[] = {
      {"openai", "{}", "openai"},
      {"openai", R"({"credential": "mine"})", "mine"},
      {"google", "{}", "google"},
      {"custom", R"({"base_url": "https://a.example"})", ""},
      {"custom", R"({"base_url": "https://a.example", "credential": "mine"})", "mine"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.type, c.configuration);
    Surroundings surroundings;
    const auto provider = make_openai(llm_of(c.configuration, c.type), surroundings.context());
    CHECK(surroundings.asked.empty());
    const auto parts = ask("hi");
    const auto request = exchange_of(provider->send_message(parts.turn())).request;
    REQUIRE(surroundings.asked.size() == (c.credential.empty() ? 0 : 1));
    CHECK(http::find_header(request.headers, "Authorization").has_value() == !c.credential.empty());
    if (!c.credential.empty()) CHECK(surroundings.asked[0].first == c.credential);
    CHECK(request.url.find("sk-test") == std::string::npos);
    CHECK(request.body.find("sk-test") == std::string::npos);
  }
  Surroundings surroundings;
  surroundings.secret.clear();
  CHECK_FALSE(http::find_header(request_of(surroundings, llm_of()).headers, "Authorization"));
}

TEST_CASE("organisation and project are told to api.openai.com alone") {
  Surroundings surroundings;
  surroundings.variables = {{"OPENAI_ORG_ID", "org-1"}, {"OPENAI_PROJECT_ID", "proj_1"}};
  const auto headers = request_of(surroundings, llm_of()).headers;
  CHECK(http::find_header(headers, "OpenAI-Organization") == "org-1");
  CHECK(http::find_header(headers, "OpenAI-Project") == "proj_1");
  for (const std::string url : {"https://api.openai.com.example/v1", "http://localhost:1"}) {
    const auto others = request_of(surroundings, llm_of(R"({"base_url": ")" + url + "\"}")).headers;
    CHECK_FALSE(http::find_header(others, "OpenAI-Organization"));
    CHECK_FALSE(http::find_header(others, "OpenAI-Project"));
  }
}

TEST_CASE("max_tokens has the name that the server knows") {
  const auto field_of = [](const std::string& configuration, const std::string& type = "openai") {
    const std::string body = body_of(llm_of(configuration, type), ask("hi"));
    return body.substr(body.find("],") + 2);
  };
  CHECK(field_of("{}") == R"("max_completion_tokens":32})");
  CHECK(field_of(R"({"base_url": "https://API.openai.com/v1"})") ==
        R"("max_completion_tokens":32})");
  CHECK(field_of("{}", "google") == R"("max_tokens":32})");
  CHECK(field_of(R"({"base_url": "http://localhost:1"})", "custom") == R"("max_tokens":32})");
  CHECK(field_of(R"({"max_tokens_field": "max_tokens"})") == R"("max_tokens":32})");
  CHECK(
      field_of(R"({"base_url": "http://localhost:1", "max_tokens_field": "max_completion_tokens"})",
               "custom") == R"("max_completion_tokens":32})");
}

TEST_CASE("every setting has its place in the body") {
  TurnParts parts = ask("hi");
  parts.agent = agent_of("", R"({"temperature": 0.7, "stop": ["END"]})");
  const auto llm = llm_of(R"({"temperature": 1, "top_p": 0.5, "seed": 7, "presence_penalty": 0.25,
    "frequency_penalty": -1, "response_format": {"type": "json_object"}, "reasoning_effort": "low",
    "tool_choice": "none", "parallel_tool_calls": false, "max_tokens": 8,
    "extra_body": {"user": "u", "metadata": {"a": "b"}}, "extra_headers": {"X-Title": "t", "accept": "*/*"}})");
  CHECK(
      body_of(llm, parts) ==
      R"({"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":8,)"
      R"("temperature":0.7,"top_p":0.5,"stop":["END"],"seed":7,"presence_penalty":0.25,"frequency_penalty":-1.0,)"
      R"("response_format":{"type":"json_object"},"reasoning_effort":"low","metadata":{"a":"b"},"user":"u"})");
  Surroundings surroundings;
  const auto headers = request_of(surroundings, llm, parts).headers;
  CHECK(http::find_header(headers, "X-Title") == "t");
  CHECK(http::find_header(headers, "Accept") == "*/*");
  CHECK(headers.size() == 4);
}

TEST_CASE("extra_body cannot say what llmctl says") {
  for (const std::string key : {"model", "messages", "stream", "max_completion_tokens"}) {
    CAPTURE(key);
    CHECK(error_of(llm_of(R"({"extra_body": {")" + key + "\": 1}}")).what() ==
          "configuration.extra_body." + key + " is a field that llmctl sets itself");
  }
}

TEST_CASE("tools are told as functions, and only then what to choose from them") {
  TurnParts parts = ask("hi");
  model::Tool tool;
  tool.id = "get-weather";
  tool.description = "Tells the weather";
  tool.function_schema = {R"({"type":"object","properties":{"city":{"type":"string"}}})"};
  parts.tools = {tool};
  const std::string body =
      body_of(llm_of(R"({"tool_choice": "required", "parallel_tool_calls": false})"), parts);
  CHECK(
      body.substr(body.find(",\"tools\"")) ==
      R"(,"tools":[{"type":"function","function":{"name":"get-weather","description":"Tells the weather",)"
      R"("parameters":{"properties":{"city":{"type":"string"}},"type":"object"}}}],)"
      R"("tool_choice":"required","parallel_tool_calls":false})");
}

TEST_CASE("the history is sent as it was said") {
  CHECK(
      messages_of({{"user", "a"}, {"assistant", "b"}, {"user", "c"}}) ==
      R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}])");
  CHECK(messages_of({{"system", "s"}, {"user", "a"}}, R"({"system_role": "developer"})") ==
        R"([{"role":"developer","content":"s"},{"role":"user","content":"a"}])");
  CHECK(messages_of({{"system", ""}, {"user", "a"}, {"assistant", ""}, {"user", "c"}}) ==
        R"([{"role":"user","content":"a"},{"role":"user","content":"c"}])");
}

TEST_CASE("the agent's prompt comes first, in the system's role") {
  TurnParts parts = ask("hi");
  parts.agent = agent_of("Be brief.");
  parts.history.insert(parts.history.begin(), {"system", "Be kind."});
  const std::string body = body_of(llm_of(R"({"system_role": "developer"})"), parts);
  CHECK_THAT(
      body,
      Catch::Contains(
          R"("messages":[{"role":"developer","content":"Be brief."},{"role":"developer","content":"Be kind."},)"));
}

TEST_CASE("tool calls and their results go back as they came") {
  const HistoryEntry question{"user", "Weather?"};
  const HistoryEntry calls{"assistant",
                           "",
                           {{"call_a", "get_weather", {R"({"city":"Oslo"})"}},
                            {"call_b", "get_time", {R"("{not json")"}}},
                           {}};
  const HistoryEntry weather{"tool", R"({"sky":"grey"})", {}, "call_a"};
  const HistoryEntry time{"tool", "", {}, "call_b"};
  const std::string answered =
      R"([{"role":"user","content":"Weather?"},)"
      R"({"role":"assistant","tool_calls":[)"
      R"({"id":"call_a","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}},)"
      R"({"id":"call_b","type":"function","function":{"name":"get_time","arguments":"{not json"}}]},)"
      R"({"role":"tool","tool_call_id":"call_a","content":"{\"sky\":\"grey\"}"},)"
      R"({"role":"tool","tool_call_id":"call_b","content":""}])";
  CHECK(messages_of({question, calls, weather, time}) == answered);
  CHECK(messages_of({question, calls, time, weather}) == answered);

  HistoryEntry spoken = calls;
  spoken.content = "Let me see.";
  CHECK_THAT(messages_of({question, spoken, weather, time}),
             Catch::Contains(R"({"role":"assistant","content":"Let me see.","tool_calls":[)"));

  SECTION("calls of the past that were never answered are left out") {
    const HistoryEntry other{"user", "Never mind."};
    CHECK(messages_of({question, calls, other}) ==
          R"([{"role":"user","content":"Weather?"},{"role":"user","content":"Never mind."}])");
    CHECK(
        messages_of({question, spoken, weather, other}) ==
        R"([{"role":"user","content":"Weather?"},{"role":"assistant","content":"Let me see."},{"role":"user","content":"Never mind."}])");
  }
  SECTION("results that answer nothing are left out") {
    CHECK(messages_of({question, weather}) == R"([{"role":"user","content":"Weather?"}])");
  }
  SECTION("a turn whose calls are not all answered is refused") {
    TurnParts parts;
    parts.history = {question, calls, weather};
    const ProviderError error = refusal_of(parts);
    CHECK(error.kind == ProviderErrorKind::invalid_request);
    CHECK_FALSE(error.retryable);
    CHECK(error.message == "tool call 'call_b' has no result");
  }
}

TEST_CASE("text is sent as UTF-8, with controls escaped; what is none is not sent") {
  CHECK(messages_of({{"user", std::string("Tromsø ❄️ \0 \x1b \" \\ \n", 24)}}) ==
        R"([{"role":"user","content":"Tromsø ❄️ \u0000 \u001b \" \\ \n"}])");
  TurnParts parts = ask("bad \xff");
  CHECK(refusal_of(parts).message == "message 1 of the conversation is not UTF-8");
  parts = ask("fine");
  parts.agent = agent_of("bad \xc3");
  CHECK(refusal_of(parts).message == "the agent's system prompt is not UTF-8");
}

TEST_CASE("a turn without a question is refused") {
  CHECK(refusal_of(ask("")).message == "there is no message to answer");
  CHECK(refusal_of(TurnParts{}).kind == ProviderErrorKind::invalid_request);
}

TEST_CASE("there is nothing to poll") {
  Surroundings surroundings;
  const TurnParts parts = ask("hi");
  const model::Message message;
  const model::Attempt attempt;
  CHECK_FALSE(make_openai(llm_of(), surroundings.context())
                  ->poll_response({message, attempt, parts.history, parts.agent, 0}));
}

}  // namespace
}  // namespace llmctl::providers
