#include "providers/bedrock.h"

#include <catch2/catch.hpp>

#include "base/hmac.h"
#include "base/sha256.h"
#include "base/text.h"
#include "tests/support/aws_server.h"
#include "tests/support/chat.h"
#include "tests/support/event_stream.h"
#include "tests/support/question.h"

namespace llmctl::providers {
namespace {

using test::error_from;
using test::Question;
using test::verify_signature;

const std::string aws_secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const std::string model = "us.anthropic.claude-3-5-sonnet-20241022-v2:0";
const std::string region = R"({"region": "us-east-1"})";

model::LlmProvider make_llm(const std::string& configuration = region,
                            const std::string& model_id = model) {
  model::LlmProvider llm = test::make_llm("claude", configuration);
  llm.provider_type = "bedrock";
  llm.model_identifier = model_id;
  llm.max_tokens = 16;
  return llm;
}

/// Variables, and a secret for every credential that is named.
struct Surroundings : test::Surroundings {
  Surroundings() {
    secret.clear();
    time = *parse_rfc3339("2025-01-02T03:04:05Z");
  }
  Surroundings& set(const std::string& name, const std::string& value) {
    if (!value.empty()) variables[name] = value;
    return *this;
  }
};

Surroundings with_keys() {
  return Surroundings()
      .set("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
      .set("AWS_SECRET_ACCESS_KEY", aws_secret);
}

http::Request request_of(Surroundings surroundings, const model::LlmProvider& llm,
                         const Question& question = {.history = {{"user", "hi"}}}) {
  return question.ask(*make_bedrock(llm, surroundings.context())).request;
}

std::string header(const http::Request& request, std::string_view name) {
  return std::string(http::find_header(request.headers, name).value_or("(none)"));
}

Error refusal(const Surroundings& surroundings, const model::LlmProvider& llm) {
  return error_from([&] { request_of(surroundings, llm); });
}

TEST_CASE("a request to Amazon Bedrock is that of the sample") {
  const http::Request request = request_of(with_keys(), make_llm());
  CHECK(request.method == "POST");
  CHECK(request.url ==
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/"
        "us.anthropic.claude-3-5-sonnet-20241022-v2%3A0/invoke");
  CHECK(request.headers ==
        http::Headers{
            {"Accept", "application/json"},
            {"Content-Type", "application/json"},
            {"X-Amz-Date", "20250102T030405Z"},
            {"Authorization",
             "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250102/us-east-1/bedrock/aws4_request, "
             "SignedHeaders=accept;content-type;host;x-amz-date, "
             "Signature=701a0bed64108003dcae9e44b6a39b4f68ab5e8ea1a880335635acf48637ee97"}});
  CHECK(
      request.body ==
      R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":16,"messages":[{"role":"user","content":"hi"}]})");
}

TEST_CASE("a stream is another operation of the same body") {
  const http::Request request =
      request_of(with_keys(), make_llm(), {.history = {{"user", "hi"}}, .stream = true});
  CHECK(request.url.ends_with("-v2%3A0/invoke-with-response-stream"));
  CHECK(request.body.size() == 102);
}

TEST_CASE("beta features are in the body") {
  const http::Request request =
      request_of(with_keys(), make_llm(R"({"region": "us-east-1", "anthropic_beta": "b-1"})"));
  CHECK_THAT(request.body, Catch::Contains(R"("anthropic_beta":["b-1"],"max_tokens")"));
  CHECK(header(request, "anthropic-beta") == "(none)");
}

TEST_CASE("a server finds every signature right, and a wrong secret wrong") {
  struct Case {
    std::string model, path;
  };
  const std::string arn =
      "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-7-v1:0";
  const Case models[] = {
      {"anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1%3A0"},
      {arn,
       "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2F"
       "us.anthropic.claude-3-7-v1%3A0"},
      {"my model \u00fc+~", "my%20model%20%C3%BC%2B~"},
      {"plain", "plain"},
      {"../../x", "..%2F..%2Fx"},
      {"a%3Ab", "a%253Ab"},
  };
  const std::string endpoints[] = {"", "http://127.0.0.1:18084", "http://127.0.0.1:18084/prefix/",
                                   "https://gateway.example:8443/a/b",
                                   "https://GATEWAY.example:443"};
  for (const Case& c : models) {
    for (const std::string& endpoint : endpoints) {
      for (const char* token : {"", "TOKEN//a+b=="}) {
        for (const bool stream : {false, true}) {
          CAPTURE(c.model, endpoint, token, stream);
          const Surroundings surroundings = with_keys()
                                                .set("AWS_SESSION_TOKEN", token)
                                                .set("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", endpoint);
          const http::Request request =
              request_of(surroundings, make_llm(region, c.model),
                         {.history = {{"user", "h\u00e6"}}, .stream = stream});
          CHECK_THAT(request.url, Catch::Contains("/model/" + c.path + "/invoke"));
          CHECK(verify_signature(request, aws_secret, surroundings.time) == "");
          CHECK(verify_signature(request, aws_secret + "x", surroundings.time) ==
                "wrong signature");
          CHECK((header(request, "x-amz-security-token") == "(none)") == (*token == '\0'));
        }
      }
    }
  }
}

TEST_CASE("every try is signed at its own time") {
  Surroundings surroundings = with_keys();
  const auto provider = make_bedrock(make_llm(), surroundings.context());
  const http::Request first = Question().ask(*provider).request;
  surroundings.time += std::chrono::hours(1);
  const http::Request second = Question().ask(*provider).request;
  CHECK(first.body == second.body);
  CHECK(header(second, "x-amz-date") == "20250102T040405Z");
  CHECK(header(first, "authorization") != header(second, "authorization"));
  CHECK(verify_signature(second, aws_secret, surroundings.time) == "");
  CHECK(verify_signature(first, aws_secret, surroundings.time) == "expired");
}

TEST_CASE("headers of the configuration are signed, and cannot be AWS's own") {
  const http::Request request =
      request_of(with_keys(), make_llm(R"({"region": "us-east-1", "extra_headers":
                   {"X-Amzn-Bedrock-Trace": "ENABLED", "X-Amz-Date": "19700101T000000Z"}})"));
  CHECK_THAT(header(request, "authorization"), Catch::Contains(";x-amzn-bedrock-trace,"));
  CHECK(header(request, "x-amz-date") == "20250102T030405Z");
  CHECK(verify_signature(request, aws_secret, with_keys().time) == "");
}

TEST_CASE("an API key of Bedrock is sent as it is, and nothing is signed") {
  const Surroundings bearer = with_keys().set("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-1");
  const http::Request request = request_of(bearer, make_llm());
  CHECK(header(request, "authorization") == "Bearer bedrock-api-key-1");
  CHECK(request.headers.size() == 3);
  Surroundings named = with_keys();
  named.secret = "bedrock-api-key-2";
  CHECK(header(request_of(named, make_llm(R"({"region": "us-east-1", "credential": "team"})")),
               "authorization") == "Bearer bedrock-api-key-2");
  const Surroundings nothing = with_keys();
  CHECK(header(request_of(nothing, make_llm(R"({"region": "us-east-1", "credential": "team"})")),
               "authorization") == "(none)");
}

std::string origin(const Surroundings& surroundings, const std::string& configuration) {
  const std::string url = request_of(surroundings, make_llm(configuration)).url;
  return url.substr(0, url.find("/model/"));
}

TEST_CASE("requests go to the region's host, or where the operator says") {
  CHECK(origin(with_keys().set("AWS_REGION", "eu-west-3"), "{}") ==
        "https://bedrock-runtime.eu-west-3.amazonaws.com");
  CHECK(origin(with_keys(), R"({"region": "cn-north-1"})") ==
        "https://bedrock-runtime.cn-north-1.amazonaws.com.cn");
  CHECK(origin(with_keys().set("AWS_USE_FIPS_ENDPOINT", "true"), region) ==
        "https://bedrock-runtime-fips.us-east-1.amazonaws.com");
  CHECK(origin(with_keys().set("AWS_USE_DUALSTACK_ENDPOINT", "true"), region) ==
        "https://bedrock-runtime.us-east-1.api.aws");
  CHECK(origin(with_keys()
                   .set("AWS_USE_DUALSTACK_ENDPOINT", "true")
                   .set("AWS_USE_FIPS_ENDPOINT", "true"),
               R"({"region": "cn-north-1"})") ==
        "https://bedrock-runtime-fips.cn-north-1.api.amazonwebservices.com.cn");

  Surroundings surroundings = with_keys().set("AWS_ENDPOINT_URL", "https://all.example/x/");
  CHECK(origin(surroundings, region) == "https://all.example/x");
  surroundings.set("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://bedrock.example");
  CHECK(origin(surroundings, region) == "https://bedrock.example");
  CHECK(origin(surroundings,
               R"({"region": "us-east-1", "base_url": "https://bedrock.example/other"})") ==
        "https://bedrock.example/other");
  surroundings.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
  CHECK(origin(surroundings, region) == "https://bedrock-runtime.us-east-1.amazonaws.com");
}

TEST_CASE("AWS credentials go to Amazon Bedrock and to the operator's endpoint alone") {
  const auto with_base = [](const std::string& url) {
    return make_llm(R"({"region": "us-east-1", "base_url": ")" + url + "\"}");
  };
  for (const char* url : {"https://bedrock-runtime.us-east-1.amazonaws.com",
                          "https://bedrock-runtime-fips.us-east-1.amazonaws.com/",
                          "https://BEDROCK-runtime.us-east-1.amazonaws.com:443",
                          "https://bedrock-runtime.us-east-1.api.aws",
                          "https://vpce-1-2.bedrock-runtime.us-east-1.vpce.amazonaws.com"}) {
    CAPTURE(url);
    CHECK_NOTHROW(request_of(with_keys(), with_base(url)));
  }
  for (const bool is_bearer : {false, true}) {
    Surroundings surroundings =
        with_keys().set("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://mine.example:8443");
    if (is_bearer) surroundings.set("AWS_BEARER_TOKEN_BEDROCK", "t");
    CHECK_NOTHROW(request_of(surroundings, with_base("https://mine.example:8443/x")));
    for (const char* url : {"https://evil.example", "http://127.0.0.1:9", "https://amazonaws.com",
                            "https://abc.execute-api.us-east-1.amazonaws.com",
                            "https://bedrock-runtime.us-east-1.amazonaws.com:8443",
                            "https://bedrock-runtime.us-east-1.amazonaws.com.evil.example",
                            "https://evil-bedrock-runtime.us-east-1.amazonaws.com",
                            "https://bedrock-runtime.us-east-2.amazonaws.com",
                            "https://bedrock-runtime.s3-us-west-2.amazonaws.com",
                            "https://mine.example", "https://x.vpce.amazonaws.com"}) {
      CAPTURE(url, is_bearer);
      const Error error = refusal(surroundings, with_base(url));
      CHECK(error.kind == ErrorKind::configuration);
      CHECK_THAT(error.what(), Catch::StartsWith("AWS credentials are not sent to '"));
      CHECK_THAT(error.hint, Catch::Contains("AWS_ENDPOINT_URL_BEDROCK_RUNTIME"));
    }
  }
  const Surroundings local =
      with_keys().set("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://127.0.0.1:8443");
  CHECK(refusal(local, with_base("http://127.0.0.1:8443")).kind == ErrorKind::configuration);
}

TEST_CASE("what Bedrock cannot work with is refused") {
  struct Case {
    std::string configuration, model, message;
  };
  const Case cases[] = {
      {region, "", "configuration.model_id is missing"},
      {region, "..", "'..' is no model's id"},
      {region, ".", "'.' is no model's id"},
      {region, std::string(2049, 'x'), "is no model's id"},
      {R"({"region": "us-east-1", "model_id": ".."})", model, "'..' is no model's id"},
      {R"({"region": "us-east-1.evil.com/"})", model, "'us-east-1.evil.com/' is no AWS region"},
      {R"({"region": 1})", model, "configuration.region must be text"},
      {"{}", model, "AWS_REGION"},
      {R"({"region": "us-east-1", "base_url": "http://example.com"})", model,
       "configuration.base_url must begin with https://"},
      {R"({"region": "us-east-1", "anthropic_beta": 1})", model,
       "configuration.anthropic_beta must be text"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.configuration, c.model.substr(0, 50));
    const Error error = refusal(with_keys(), make_llm(c.configuration, c.model));
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.what(), Catch::Contains(c.message));
  }
  CHECK_NOTHROW(request_of(with_keys(), make_llm(region, std::string(2048, 'x'))));
  CHECK(request_of(with_keys(), make_llm(R"({"region": "us-east-1", "model_id": "mine"})"))
            .url.ends_with("/model/mine/invoke"));
  CHECK_THAT(refusal(Surroundings(), make_llm()).what(),
             Catch::Contains("there are no AWS credentials"));
  CHECK_THAT(refusal(with_keys()
                         .set("AWS_USE_FIPS_ENDPOINT", "true")
                         .set("AWS_ENDPOINT_URL", "https://x.example"),
                     make_llm())
                 .what(),
             Catch::Contains("AWS_USE_FIPS_ENDPOINT has no meaning"));
}

TEST_CASE("a turn with nothing to answer asks nobody at Bedrock") {
  Surroundings surroundings;
  const auto provider = make_bedrock(make_llm(), surroundings.context());
  const Question question{.history = {{"user", " "}}};
  CHECK(std::get<ProviderResult>(provider->send_message(question.turn())).status == Status::failed);
}

}  // namespace
}  // namespace llmctl::providers
