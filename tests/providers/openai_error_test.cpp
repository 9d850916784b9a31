#include "tests/providers/openai_replies.h"

namespace llmctl::providers::openai {
namespace {

using test::event_stream;
using test::Shown;

TEST_CASE("errors are told apart by status, code and type") {
  struct Case {
    int status;
    std::string body;
    std::string failure;
    std::string message;
  };
  const auto error = [](const std::string& type, const std::string& code) {
    return R"({"error":{"message":"no","type":)" + type + R"(,"param":null,"code":)" + code + "}}";
  };
  const Case cases[] = {
      {400, error(R"("invalid_request_error")", "null"), "invalid_request",
       "no (invalid_request_error)"},
      {400, error(R"("invalid_request_error")", R"("context_length_exceeded")"), "context_length",
       "no (context_length_exceeded)"},
      {401, error(R"("invalid_request_error")", R"("invalid_api_key")"), "auth",
       "no (invalid_api_key)"},
      {403, error(R"("request_forbidden")", R"("unsupported_country_region_territory")"), "auth",
       "no (unsupported_country_region_territory)"},
      {404, error(R"("invalid_request_error")", R"("model_not_found")"), "not_found",
       "no (model_not_found)"},
      {404, error(R"("invalid_request_error")", "null"), "not_found", "no (invalid_request_error)"},
      {408, "", "timeout (again)", "HTTP status 408"},
      {409, "", "server (again)", "HTTP status 409"},
      {413, error(R"("invalid_request_error")", "null"), "invalid_request",
       "no (invalid_request_error)"},
      {422, error(R"("invalid_request_error")", "null"), "invalid_request",
       "no (invalid_request_error)"},
      {429,
       R"json({"error":{"message":"Token rate reached for this model; retry in 1.866s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}})json",
       "rate_limited (again)",
       "Token rate reached for this model; retry in 1.866s. (rate_limit_exceeded)"},
      {429,
       R"json({"error":{"message":"Quota used up; check plan and billing.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})json",
       "quota", "Quota used up; check plan and billing. (insufficient_quota)"},
      {429, error(R"("rate_limit_error")", R"("slow_down")"), "rate_limited (again)",
       "no (slow_down)"},
      {429, error(R"("insufficient_quota")", "null"), "quota", "no (insufficient_quota)"},
      {429, error("null", R"("credit_balance_exhausted")"), "quota",
       "no (credit_balance_exhausted)"},
      {429, error("null", R"("organization_spend_limit_exceeded")"), "quota",
       "no (organization_spend_limit_exceeded)"},
      {429, error("null", R"("project_spend_limit_exceeded")"), "quota",
       "no (project_spend_limit_exceeded)"},
      {429, error("null", R"("organization_usage_limit_exceeded")"), "quota",
       "no (organization_usage_limit_exceeded)"},
      {429,
       R"({"error":{"message":"Request too large for m","type":"tokens","code":"rate_limit_exceeded"}})",
       "rate_limited", "Request too large for m (rate_limit_exceeded)"},
      {429, "", "rate_limited (again)", "HTTP status 429"},
      {500, error(R"("server_error")", "null"), "server (again)", "no (server_error)"},
      {500, error(R"("exceed_context_size_error")", "500"), "context_length",
       "no (exceed_context_size_error)"},
      {501, R"({"error":{"code":501,"message":"no","type":"not_supported_error"}})", "server",
       "no (not_supported_error)"},
      {502, "<html><body>Bad gateway</body></html>", "server (again)",
       "HTTP status 502 with a page of HTML"},
      {503, error(R"("service_unavailable_error")", R"("server_is_overloaded")"),
       "overloaded (again)", "no (server_is_overloaded)"},
      {503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
       "overloaded (again)", "Loading model (unavailable_error)"},
      {504, "upstream timed out\n", "timeout (again)", "upstream timed out"},
      {529, "", "overloaded (again)", "HTTP status 529"},
      // llama.cpp, vLLM (flat), LM Studio, OpenRouter, Google
      {400,
       R"({"error":{"code":400,"message":"no","type":"exceed_context_size_error","n_ctx":4096}})",
       "context_length", "no (exceed_context_size_error)"},
      {401, R"({"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}})",
       "auth", "Invalid API Key (authentication_error)"},
      {404, R"({"object":"error","message":"no","type":"NotFoundError","param":null,"code":404})",
       "not_found", "no (NotFoundError)"},
      {400, R"({"error":"text"})", "invalid_request", "text"},
      {402, R"({"error":{"code":402,"message":"Insufficient credits"}})", "quota",
       "Insufficient credits"},
      {400,
       R"([{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}])",
       "auth", "no"},
      {400, R"({"detail":"no"})", "invalid_request", R"({"detail":"no"})"},
      {400, R"({"error":{"code":"x"}})", "invalid_request", R"({"code":"x"} (x))"},
      {400, R"({"error":{"message":3,"type":[],"code":{},"param":1}})", "invalid_request",
       R"({"code":{},"message":3,"param":1,"type":[]})"},
      {301, "", "not_found",
       "HTTP status 301; redirections are not followed: see configuration.base_url"},
      // errors of a reply that began well
      {200, error(R"("server_error")", "null"), "server (again)", "no (server_error)"},
      {200, R"({"error":{"code":429,"message":"no"}})", "rate_limited (again)", "no"},
      {200, R"({"error":{"code":400,"message":"no"},"choices":[]})", "invalid_request", "no"},
      {200, R"({"object":"error","message":"no","type":"BadRequestError","code":400})",
       "invalid_request", "no (BadRequestError)"},
      {200, error(R"("service_unavailable_error")", "null"), "overloaded (again)",
       "no (service_unavailable_error)"},
      {200, R"({"error":"text"})", "server (again)", "text"},
      {200,
       R"({"choices":[{"index":0,"message":{"content":"a"},"error":{"code":502,"message":"no"}}]})",
       "server (again)", "no"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status, c.body);
    const ProviderResult result = read({c.status, {{"x-request-id", "req_5"}}, c.body});
    CHECK(failure_of(result) == c.failure);
    REQUIRE(result.error);
    CHECK(result.error->message == c.message);
    CHECK(result.error->http_status == c.status);
    CHECK(result.request_id == "req_5");
  }
}

TEST_CASE("an error that is always made again says what to change") {
  const auto message = [](const std::string& code, const std::string& param) {
    return read({400,
                 {},
                 R"({"error":{"message":"no","code":")" + code + R"(","param":")" + param + "\"}}"})
        .error->message;
  };
  CHECK(message("unsupported_parameter", "max_tokens") ==
        "no (unsupported_parameter, parameter 'max_tokens'); set configuration.max_tokens_field to "
        "'max_completion_tokens'");
  CHECK(message("unsupported_parameter", "max_completion_tokens") ==
        "no (unsupported_parameter, parameter 'max_completion_tokens'); set "
        "configuration.max_tokens_field to 'max_tokens'");
  CHECK(message("invalid_value", "max_tokens") == "no (invalid_value, parameter 'max_tokens')");
}

TEST_CASE("errors in a stream, in every spelling") {
  const std::string par = delta(R"("content":"Par")");
  const std::pair<std::string, std::string> cases[] = {
      {event(R"({"error":"text"})"), "server (again): text"},
      {event(R"({"error":{"code":502,"message":"no"},"choices":[]})"), "server (again): no"},
      {event(
           R"({"id":"x","object":"chat.completion.chunk","error":{"code":429,"message":"no"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})"),
       "rate_limited (again): no"},
      {"error: {\"code\":500,\"message\":\"no\",\"type\":\"server_error\"}\n\n" + done,
       "server (again): no (server_error)"},
      {"error: {\"error\":{\"code\":400,\"message\":\"no\"}}\n\n", "invalid_request: no"},
      {"event: error\ndata: {\"message\":\"no\"}\n\n", "server (again): no"},
      {"event: error\ndata: \"no\"\n\n", "server (again): no"},
      {event(R"({"object":"error","message":"no","type":"BadRequestError","code":400})"),
       "invalid_request: no (BadRequestError)"},
      {event(R"({"error":{"message":"no","code":"insufficient_quota"}})"),
       "quota: no (insufficient_quota)"},
  };
  for (const auto& [text, failure] : cases) {
    CAPTURE(text);
    Shown shown;
    CHECK(describe(read(event_stream(par + text + par + finished + done), {}, &shown)) ==
          "2 'Par'   ?/?/?/?/? " + failure);
    CHECK(shown.whole == "Par");
  }
  CHECK(failure_of(read(event_stream(par + event(R"({"error":null,"choices":[]})") + finished))) ==
        "");
}

TEST_CASE("the wait that a server advises is in the error") {
  using std::chrono::milliseconds;
  struct Case {
    http::Headers headers;
    std::optional<Duration> wait;
  };
  const Case cases[] = {
      {{{"Retry-After", "2"},
        {"x-ratelimit-remaining-tokens", "112"},
        {"x-ratelimit-reset-tokens", "1.866s"}},
       milliseconds(2000)},
      {{{"retry-after-ms", "150"}}, milliseconds(150)},
      {{{"Retry-After", "Fri, 09 Oct 2026 10:00:02 GMT"}}, milliseconds(2000)},
      {{{"Retry-After", "0"}}, {}},
      {{{"x-ratelimit-reset-tokens", "6m0s"}}, milliseconds(360'000)},
      {{{"x-ratelimit-reset-tokens", "12ms"}}, milliseconds(12)},
      {{{"x-ratelimit-reset-requests", "1h2m3.5s"}}, milliseconds(3'723'500)},
      {{{"x-ratelimit-reset-requests", "8.64s"}, {"x-ratelimit-reset-tokens", "1s"}},
       milliseconds(8640)},
      {{{"x-ratelimit-remaining-requests", "59"},
        {"x-ratelimit-reset-requests", "8.64s"},
        {"x-ratelimit-remaining-tokens", "0"},
        {"x-ratelimit-reset-tokens", "1s"}},
       milliseconds(1000)},
      {{{"x-ratelimit-reset-tokens", ""}}, {}},
      {{{"x-ratelimit-reset-tokens", "0"}}, {}},
      {{{"x-ratelimit-reset-tokens", "0s"}}, {}},
      {{{"x-ratelimit-reset-tokens", "soon"}}, {}},
      {{{"x-ratelimit-reset-tokens", "1s2"}}, {}},
      {{{"x-ratelimit-reset-tokens", "-1s"}}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.headers);
    const ProviderResult result = read({429, c.headers, ""});
    CHECK(result.error->advised_wait == c.wait);
    CHECK(result.error->retryable);
  }
}

}  // namespace
}  // namespace llmctl::providers::openai
