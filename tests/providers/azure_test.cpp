#include "providers/azure.h"

#include <catch2/catch.hpp>

#include "tests/support/exchange.h"

namespace llmctl::providers {
namespace {

using test::ask;
using test::event_stream;
using test::exchange_of;
using test::Reply;
using test::Surroundings;
using test::TurnParts;

const std::string classic =
    R"({"base_url": "http://127.0.0.1:18082", "deployment": "chat-prod", "api_version": "2024-10-21"})";

model::LlmProvider llm_of(const std::string& configuration = classic) {
  model::LlmProvider llm;
  llm.id = "x";
  llm.provider_type = "azure";
  llm.max_tokens = 8;
  llm.configuration = {configuration};
  return llm;
}

http::Request request_of(Surroundings& surroundings, const model::LlmProvider& llm,
                         const TurnParts& parts = ask("Say hi")) {
  return exchange_of(make_azure(llm, surroundings.context())->send_message(parts.turn())).request;
}

std::string url_of(const std::string& configuration) {
  Surroundings surroundings;
  return request_of(surroundings, llm_of(configuration)).url;
}

Error error_of(const std::string& configuration) {
  Surroundings surroundings;
  try {
    request_of(surroundings, llm_of(configuration));
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(surroundings.asked.empty());
    return error;
  }
  FAIL("no error");
  return {ErrorKind::failed, ""};
}

ProviderResult read(const Reply& reply, const std::vector<std::size_t>& cuts = {}) {
  Surroundings surroundings;
  const TurnParts parts = ask("Say hi");
  const auto exchange =
      exchange_of(make_azure(llm_of(), surroundings.context())->send_message(parts.turn()));
  return test::read_reply(*exchange.reader, reply, cuts);
}

TEST_CASE("a turn in the deployment style is one request, byte for byte") {
  Surroundings surroundings;
  surroundings.secret = "0123456789abcdef0123456789abcdef";
  const http::Request request = request_of(surroundings, llm_of());
  CHECK(request.method == "POST");
  CHECK(request.url ==
        "http://127.0.0.1:18082/openai/deployments/chat-prod/chat/"
        "completions?api-version=2024-10-21");
  CHECK(request.headers == http::Headers{{"api-key", "0123456789abcdef0123456789abcdef"},
                                         {"Content-Type", "application/json"},
                                         {"Accept", "application/json"}});
  CHECK(request.body ==
        R"json({"messages":[{"role":"user","content":"Say hi"}],"max_tokens":8})json");
  CHECK(surroundings.asked ==
        std::vector<std::pair<std::string, std::string>>{{"azure", request.url}});
}

TEST_CASE("in the v1 style the body names the deployment") {
  Surroundings surroundings;
  surroundings.variables["OPENAI_API_VERSION"] = "2024-10-21";
  const std::string v1 =
      R"({"base_url": "https://a.openai.azure.com/", "deployment": "chat-prod", "api_style": "v1")";
  const http::Request request = request_of(surroundings, llm_of(v1 + "}"));
  CHECK(request.url == "https://a.openai.azure.com/openai/v1/chat/completions");
  CHECK(
      request.body ==
      R"({"model":"chat-prod","messages":[{"role":"user","content":"Say hi"}],"max_completion_tokens":8})");
  CHECK(url_of(v1 + R"(, "api_version": "preview"})") ==
        "https://a.openai.azure.com/openai/v1/chat/completions?api-version=preview");
}

TEST_CASE("a deployment is one segment of the path, whatever its name") {
  const auto segment_of = [](const std::string& deployment) {
    const std::string url =
        url_of(R"({"base_url": "https://a.example", "api_version": "v", "deployment": ")" +
               deployment + "\"}");
    const std::string start = "https://a.example/openai/deployments/";
    const std::string end = "/chat/completions?api-version=v";
    REQUIRE(url.starts_with(start));
    REQUIRE(url.ends_with(end));
    return url.substr(start.size(), url.size() - start.size() - end.size());
  };
  CHECK(segment_of("gpt-4o_mini.2") == "gpt-4o_mini.2");
  CHECK(segment_of("my chat") == "my%20chat");
  CHECK(segment_of("a/b") == "a%2Fb");
  CHECK(segment_of("a%2Fb") == "a%252Fb");
  CHECK(segment_of("../x") == "..%2Fx");
  CHECK(segment_of("...") == "...");
  CHECK(segment_of("grün?#") == "gr%C3%BCn%3F%23");
  for (const std::string deployment : {".", "..", ""}) {
    CAPTURE(deployment);
    CHECK_THAT(error_of(R"({"base_url": "https://a.example", "api_version": "v", "deployment": ")" +
                        deployment + "\"}")
                   .what(),
               Catch::StartsWith("LLM 'x': configuration.deployment is "));
  }
  model::LlmProvider llm = llm_of(R"({"base_url": "https://a.example", "api_version": "v"})");
  llm.model_identifier = "gpt-4o";
  Surroundings surroundings;
  CHECK_THAT(request_of(surroundings, llm).url, Catch::Contains("/deployments/gpt-4o/"));
}

TEST_CASE("the endpoint is the resource's address, of the configuration or the environment") {
  const auto with = [](const std::string& url) {
    return R"({"deployment": "d", "api_version": "v", "base_url": ")" + url + "\"}";
  };
  const std::string route = "/openai/deployments/d/chat/completions?api-version=v";
  CHECK(url_of(with("https://a.example")) == "https://a.example" + route);
  CHECK(url_of(with("https://a.example/")) == "https://a.example" + route);
  CHECK(url_of(with("https://a.example/team/myopenai/")) ==
        "https://a.example/team/myopenai" + route);
  for (const std::string url :
       {"https://a.example?x=y", "https://a.example/?x=y", "http://a.example", "a.example"}) {
    CAPTURE(url);
    CHECK_THAT(error_of(with(url)).what(), Catch::StartsWith("LLM 'x': configuration.base_url "));
  }
  for (const std::string url :
       {"https://a.example/openai", "https://a.example/openai/v1/",
        "https://a.example/OpenAI/deployments/d", "https://a.example/x/openai/deployments/d"}) {
    CAPTURE(url);
    CHECK_THAT(error_of(with(url)).what(), Catch::EndsWith("goes too far"));
  }
  Surroundings surroundings;
  surroundings.variables["AZURE_OPENAI_ENDPOINT"] = "https://b.example/";
  CHECK(request_of(surroundings, llm_of(R"({"deployment": "d", "api_version": "v"})")).url ==
        "https://b.example" + route);
  const Error missing = error_of(R"({"deployment": "d", "api_version": "v"})");
  CHECK(missing.what() == std::string("LLM 'x': configuration.base_url is missing"));
  CHECK(missing.hint == "set it, or AZURE_OPENAI_ENDPOINT");
}

TEST_CASE("the deployment style needs a version, once and encoded") {
  const std::string start = R"({"base_url": "https://a.example", "deployment": "d")";
  CHECK_THAT(url_of(start + R"(, "api_version": "2024-10-21&x=y"})"),
             Catch::EndsWith("?api-version=2024-10-21%26x%3Dy"));
  CHECK(error_of(start + "}").what() ==
        std::string("LLM 'x': configuration.api_version is missing"));
  Surroundings surroundings;
  surroundings.variables["OPENAI_API_VERSION"] = "2025-01-01-preview";
  CHECK_THAT(request_of(surroundings, llm_of(start + "}")).url,
             Catch::EndsWith("?api-version=2025-01-01-preview"));
  CHECK_THAT(request_of(surroundings, llm_of(start + R"(, "api_version": "2024-10-21"})")).url,
             Catch::EndsWith("?api-version=2024-10-21"));
}

TEST_CASE("settings that Azure's provider cannot work with are refused before a turn is made") {
  Surroundings surroundings;
  for (const std::string setting :
       {R"("api_style": "v2")", R"("api_version": 20241021)", R"("deployment": 3)",
        R"("max_tokens_field": "x")", R"("credential": [])"}) {
    CAPTURE(setting);
    const std::string configuration = "{" + setting + "}";
    model::LlmProvider llm = llm_of(configuration);
    llm.model_identifier = "gpt-4o";
    CHECK_THROWS_AS(make_azure(llm, surroundings.context()), Error);
  }
}

TEST_CASE("a key and a token have different headers, and there is never more than one") {
  Surroundings surroundings;
  surroundings.secret = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2ln";
  const auto headers = request_of(surroundings, llm_of()).headers;
  CHECK(http::find_header(headers, "Authorization") ==
        "Bearer eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2ln");
  CHECK_FALSE(http::find_header(headers, "api-key"));

  surroundings.secret.clear();
  const auto none = request_of(surroundings, llm_of()).headers;
  CHECK_FALSE(http::find_header(none, "Authorization"));
  CHECK_FALSE(http::find_header(none, "api-key"));

  surroundings.asked.clear();
  request_of(surroundings,
             llm_of(R"({"base_url": "https://a.example", "deployment": "d", "api_version": "v",
                        "credential": "azure-eu"})"));
  CHECK(surroundings.asked[0].first == "azure-eu");
}

TEST_CASE("what a filter found harmless is no matter") {
  const ProviderResult result = read(
      {200,
       {{"apim-request-id", "7d3c"}, {"x-request-id", "other"}},
       R"json({"id":"chatcmpl-AZ1","object":"chat.completion","created":1760000300,"model":"gpt-4o-2024-08-06","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":false,"detected":false},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}}],"choices":[{"index":0,"finish_reason":"stop","logprobs":null,"message":{"role":"assistant","content":"Hi!","refusal":null},"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11},"system_fingerprint":"fp_az"})json"});
  CHECK(result.status == Status::completed);
  CHECK(result.content == "Hi!");
  CHECK(result.finish_reason == "stop");
  CHECK(result.served_model == "gpt-4o-2024-08-06");
  CHECK(result.usage.input_tokens == 9);
  CHECK(result.usage.output_tokens == 2);
  CHECK(result.request_id == "7d3c");
  CHECK(read({200, {{"x-request-id", "other"}}, "{}"}).request_id == "other");
}

TEST_CASE("a stream may begin without choices, id and model") {
  const std::string stream =
      R"events(data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"","role":"assistant"},"finish_reason":null,"index":0}],"created":1760000301,"id":"chatcmpl-AZ2","model":"gpt-4o-2024-08-06","object":"chat.completion.chunk"}

data: {"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"delta":{"content":"Hei"},"finish_reason":null,"index":0}],"created":1760000301,"id":"chatcmpl-AZ2","model":"gpt-4o-2024-08-06","object":"chat.completion.chunk"}

data: {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0}],"created":1760000301,"id":"chatcmpl-AZ2","model":"gpt-4o-2024-08-06","object":"chat.completion.chunk"}

data: [DONE]

)events";
  REQUIRE(stream.size() == 871);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    CAPTURE(cut);
    const ProviderResult result = read(event_stream(stream), {cut});
    CHECK(result.status == Status::completed);
    CHECK(result.content == "Hei");
    CHECK(result.served_model == "gpt-4o-2024-08-06");
    CHECK(result.finish_reason == "stop");
  }
}

TEST_CASE("filter results may come alone, and after the finish reason") {
  const ProviderResult result = read(event_stream(
      R"(data: {"choices":[{"index":0,"delta":{"content":"Hei"},"finish_reason":null}]}

data: {"choices":[{"index":0,"finish_reason":"stop","delta":{}}]}

data: {"choices":[{"index":0,"finish_reason":null,"content_filter_offsets":{"check_offset":1},"content_filter_results":{"hate":{"filtered":false,"severity":"unheard-of"},"new_one":{"filtered":false}}}]}

data: [DONE]

)"));
  CHECK(result.status == Status::completed);
  CHECK(result.content == "Hei");
  CHECK(result.finish_reason == "stop");
}

TEST_CASE("a filter that was down leaves the answer alone") {
  CHECK(
      read(
          {200,
           {},
           R"({"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop",)"
           R"("content_filter_results":{"error":{"code":"content_filter_error","message":"down"}}}]})"})
          .content == "Hi");
}

TEST_CASE("a blocked prompt names what the filter found") {
  const std::string blocked =
      R"json({"error":{"message":"Prompt blocked by the content policy of this resource.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":true,"detected":true},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"low"}}}}})json";
  for (const auto& [inner, results] : std::initializer_list<std::pair<std::string, std::string>>{
           {"innererror", "content_filter_result"}, {"inner_error", "content_filter_results"}}) {
    std::string body = blocked;
    body.replace(body.find("innererror"), 10, inner);
    body.replace(body.find("content_filter_result\""), 21, results);
    CAPTURE(body);
    const ProviderResult result = read({400, {{"apim-request-id", "7d3d"}}, body});
    REQUIRE(result.error);
    CHECK(result.error->kind == ProviderErrorKind::content_filter);
    CHECK_FALSE(result.error->retryable);
    CHECK(result.error->message ==
          "Prompt blocked by the content policy of this resource. (content_filter, parameter "
          "'prompt', filtered: jailbreak)");
    CHECK(result.request_id == "7d3d");
  }
}

TEST_CASE("an answer that the filter withheld is a failure that names what it found") {
  const ProviderResult result = read(
      {200,
       {},
       R"({"choices":[{"index":0,"message":{"role":"assistant"},"finish_reason":"content_filter",)"
       R"("content_filter_results":{"hate":{"filtered":true,"severity":"high"},"odd":3,"violence":{"filtered":true}}}]})"});
  REQUIRE(result.error);
  CHECK(result.error->kind == ProviderErrorKind::content_filter);
  CHECK_FALSE(result.error->retryable);
  CHECK(result.error->message == "the content filter withheld the answer: hate, violence");
  CHECK(result.finish_reason == "content_filter");
}

TEST_CASE("errors of Azure and its gateways are told apart") {
  struct Case {
    int status;
    std::string body;
    ProviderErrorKind kind;
    std::string message;
  };
  const Case cases[] = {
      {401, R"({"error":{"code":"401","message":"Access denied."}})", ProviderErrorKind::auth,
       "Access denied."},
      {401, R"({"error":{"code":401,"message":"Access denied."}})", ProviderErrorKind::auth,
       "Access denied."},
      {401, R"({"error":{"message":"Access denied."}})", ProviderErrorKind::auth, "Access denied."},
      {401, R"({"statusCode":401,"message":"Access denied."})", ProviderErrorKind::auth,
       "Access denied."},
      {403, R"({"error":{"code":"AccessDenied","message":"no"}})", ProviderErrorKind::auth,
       "no (AccessDenied)"},
      {404, R"({"error":{"code":"DeploymentNotFound","message":"no"}})",
       ProviderErrorKind::not_found,
       "no (DeploymentNotFound); no deployment of that name, or it is less than five minutes old: "
       "see configuration.deployment"},
      {404, R"({"error":{"code":"404","message":"Resource not found"}})",
       ProviderErrorKind::not_found,
       "Resource not found; wrong path or version: see configuration.base_url and api_version"},
      {408, R"({"error":{"code":"Timeout","message":"no"}})", ProviderErrorKind::timeout,
       "no (Timeout)"},
      {424, R"({"error":{"message":"no"}})", ProviderErrorKind::invalid_request, "no"},
      {429, R"({"error":{"code":"RateLimitReached","message":"no"}})",
       ProviderErrorKind::rate_limited, "no (RateLimitReached)"},
      {429, R"({"error":{"code":"insufficient_quota","message":"no"}})", ProviderErrorKind::quota,
       "no (insufficient_quota)"},
      {500, R"({"error":{"code":"InternalServerError","message":"no"}})", ProviderErrorKind::server,
       "no (InternalServerError)"},
      {502, "<html></html>", ProviderErrorKind::server, "HTTP status 502 with a page of HTML"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status, c.body);
    const ProviderResult result = read({c.status, {}, c.body});
    REQUIRE(result.error);
    CHECK(result.error->kind == c.kind);
    CHECK(result.error->message == c.message);
  }
}

TEST_CASE("a throttled request waits as the first header says, never as the message does") {
  using std::chrono::milliseconds;
  const std::string body =
      R"({"error":{"code":"429","message":"Call rate limit of the current pricing tier exceeded. Please retry after 6 seconds."}})";
  struct Case {
    http::Headers headers;
    std::optional<Duration> wait;
  };
  const Case cases[] = {
      {{{"Retry-After", "6"}, {"retry-after-ms", "5410"}}, milliseconds(5410)},
      {{{"retry-after-ms", "5410"}}, milliseconds(5410)},
      {{{"Retry-After", "6"}}, milliseconds(6000)},
      {{{"Retry-After", "86400"}}, milliseconds(86'400'000)},
      {{{"x-rate-limit-reset-tokens", "55"}, {"x-ratelimit-remaining-requests", "59"}},
       milliseconds(55'000)},
      {{{"x-ratelimit-remaining-tokens", "-1"}, {"x-ratelimit-reset-tokens", "0"}}, {}},
      {{{"x-ratelimit-remaining-tokens", "-1"}, {"x-ratelimit-reset-tokens", "7"}}, {}},
      {{}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.headers);
    const ProviderResult result = read({429, c.headers, body});
    CHECK(result.error->kind == ProviderErrorKind::rate_limited);
    CHECK(result.error->retryable);
    CHECK(result.error->advised_wait == c.wait);
  }
}

}  // namespace
}  // namespace llmctl::providers
