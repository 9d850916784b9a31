#include "providers/bedrock_reader.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/event_stream.h"
#include "tests/support/question.h"

namespace llmctl::providers::bedrock {
namespace {

using test::event_frame;
using test::every_split;
using test::exception_frame;
using test::frame;
using test::hear;
using test::Heard;
using test::Reply;

const Timestamp sent_at = *parse_rfc3339("2025-01-02T03:04:05Z");

std::unique_ptr<ReplyReader> reader() {
  return make_reader(sent_at, [] { return sent_at; });
}

Heard hear_reply(const Reply& reply, const std::vector<std::size_t>& cuts = {}) {
  return hear(*reader(), reply, cuts);
}

http::Headers headers(const std::string& type = "application/json") {
  return {{"Content-Type", type}, {"x-amzn-RequestId", "11111111-2222-4333-8444-555555555501"}};
}
const http::Headers stream_headers = headers("application/vnd.amazon.eventstream");

std::string chunk(std::string_view event, const std::string& padding = "abcdefgh") {
  return event_frame("chunk",
                     nlohmann::json{{"bytes", test::to_base64(event)}, {"p", padding}}.dump());
}

std::string text_chunk(const std::string& text) {
  return chunk(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
               text + "\"}}");
}

const std::string start = chunk(
    R"({"type":"message_start","message":{"id":"msg_bdrk_01","type":"message","role":"assistant","model":"claude-3-5-sonnet-20241022","content":[],"stop_reason":null,"usage":{"input_tokens":11,"cache_read_input_tokens":4,"output_tokens":1}}})");
const std::string end =
    chunk(R"({"type":"content_block_stop","index":0})", "") +
    chunk(
        R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}})") +
    chunk(
        R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":99,"outputTokenCount":98,"invocationLatency":1,"firstByteLatency":1}})");
const std::string stream =
    start +
    chunk(R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})") +
    text_chunk("Bonj") + event_frame("novelty", "{}") + frame({}, "") + chunk(R"({"no":"type"})") +
    text_chunk("our \u2615") + end;

// A frame as AWS sends it.
const std::string sample_chunk = test::from_hex(
    "000000e60000004b23b8750e0b3a6576656e742d747970650700056368756e6b"
    "0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f"
    "6e0d3a6d6573736167652d747970650700056576656e747b226279746573223a"
    "2265794a306558426c496a6f695932397564475675644639696247396a613139"
    "6b5a57783059534973496d6c755a475634496a6f774c434a6b5a577830595349"
    "3665794a306558426c496a6f69644756346446396b5a57783059534973496e52"
    "6c654851694f694a4961534a3966513d3d222c2270223a226162636465666768"
    "227d8ec56ae9");

TEST_CASE("a chunk is the sample's bytes") { CHECK(text_chunk("Hi") == sample_chunk); }

TEST_CASE("a whole message from Bedrock is the sample's answer") {
  const std::string body =
      R"({"id":"msg_bdrk_01T1","type":"message","role":"assistant","model":"claude-3-5-sonnet-20241022","content":[{"type":"text","text":"Hei!"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":8,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":5}})";
  REQUIRE(body.size() == 288);
  for (const auto& cuts : every_split(body)) {
    const auto [result, shown] = hear_reply({200, headers(), body}, cuts);
    REQUIRE(result.status == Status::completed);
    CHECK(result.content == "Hei!");
    CHECK(result.finish_reason == "end_turn");
    CHECK(result.served_model == "claude-3-5-sonnet-20241022");
    CHECK(result.request_id == "11111111-2222-4333-8444-555555555501");
    CHECK(result.usage.input_tokens == 8);
    CHECK(result.usage.output_tokens == 5);
  }
}

TEST_CASE("a stream from Bedrock is an answer, in every split") {
  for (const auto& cuts : every_split(stream)) {
    const auto [result, shown] = hear_reply({200, stream_headers, stream}, cuts);
    REQUIRE(result.status == Status::completed);
    CHECK(result.content == "Bonjour \u2615");
    CHECK(shown == result.content);
    CHECK(result.finish_reason == "end_turn");
    CHECK(result.served_model == "claude-3-5-sonnet-20241022");
    CHECK(result.request_id == "11111111-2222-4333-8444-555555555501");
    CHECK(result.usage.input_tokens == 11);
    CHECK(result.usage.cache_read_tokens == 4);
    CHECK(result.usage.output_tokens == 5);
  }
}

TEST_CASE("a stream from Bedrock that is cut anywhere is no answer") {
  for (std::size_t size = 0; size < stream.size(); ++size) {
    CAPTURE(size);
    const auto [result, shown] = hear_reply({200, stream_headers, stream.substr(0, size)});
    REQUIRE(result.status == Status::failed);
    CHECK(result.error.value().kind == ProviderErrorKind::network);
    CHECK(result.error->retryable);
    CHECK(result.content == shown);
  }
}

TEST_CASE("an exception within a stream fails it, with the text so far") {
  struct Case {
    std::string frame;
    ProviderErrorKind kind;
    std::string message;
    bool retryable;
  };
  const std::string slow = R"({"message":"Too many tokens, please wait before trying again."})";
  const Case cases[] = {
      {exception_frame("throttlingException", slow), ProviderErrorKind::rate_limited,
       "throttlingException: Too many tokens, please wait before trying again.", true},
      {exception_frame("modelStreamErrorException",
                       R"({"message":"m","originalStatusCode":500,"originalMessage":"x"})"),
       ProviderErrorKind::server, "modelStreamErrorException: m (the model's status 500)", true},
      {exception_frame("validationException", R"({"message":"bad"})"),
       ProviderErrorKind::invalid_request, "validationException: bad", false},
      {exception_frame("internalServerException", ""), ProviderErrorKind::server,
       "internalServerException", true},
      {exception_frame("serviceUnavailableException", "{}"), ProviderErrorKind::overloaded,
       "serviceUnavailableException", true},
      {exception_frame("modelTimeoutException", "{}"), ProviderErrorKind::timeout,
       "modelTimeoutException", true},
      {exception_frame("noveltyException", R"({"message":"?"})"), ProviderErrorKind::server,
       "noveltyException: ?", true},
      {frame({{":message-type", "error"},
              {":error-code", "InternalError"},
              {":error-message", "boom"}},
             ""),
       ProviderErrorKind::server, "InternalError: boom", true},
      {chunk(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"),
       ProviderErrorKind::overloaded, "Overloaded", true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    const std::string body = start + text_chunk("Half a") + c.frame;
    for (const std::string& after : {std::string(), text_chunk("!") + end}) {
      const auto [result, shown] = hear_reply({200, stream_headers, body + after});
      REQUIRE(result.status == Status::failed);
      CHECK(result.content == "Half a");
      CHECK(shown == "Half a");
      CHECK(kind_name(result.error.value().kind) == kind_name(c.kind));
      CHECK(result.error->message == c.message);
      CHECK(result.error->retryable == c.retryable);
      CHECK(result.error->http_status == 200);
    }
  }
}

TEST_CASE("a stream that cannot be understood is malformed") {
  std::string damaged = text_chunk("x");
  damaged[damaged.size() - 6] ^= 1;
  for (const std::string& frame :
       {damaged, event_frame("chunk", "{}"), event_frame("chunk", "not JSON"),
        event_frame("chunk", R"({"bytes":"***"})"), event_frame("chunk", R"({"bytes":1})"),
        event_frame("chunk", R"({"bytes":"eyJ0e"})"), chunk("not JSON"), chunk("[]"),
        chunk(R"({"type":"content_block_delta","delta":{"type":"text_delta","text":1}})"),
        std::string("HTTP/1.1 200 OK\r\n\r\n")}) {
    CAPTURE(frame);
    const auto [result, shown] =
        hear_reply({200, stream_headers, start + text_chunk("Half") + frame + end});
    REQUIRE(result.status == Status::failed);
    CHECK(result.error.value().kind == ProviderErrorKind::malformed);
    CHECK_FALSE(result.error->retryable);
    CHECK(result.content == "Half");
  }
}

TEST_CASE("what follows the end of an answer takes nothing from it") {
  for (const std::string& more :
       {std::string(20, 'x'), std::string("x"), event_frame("novelty", ""), text_chunk("more"),
        exception_frame("throttlingException", "{}")}) {
    const auto [result, shown] = hear_reply({200, stream_headers, stream + more});
    CHECK(result.status == Status::completed);
    CHECK(result.content == "Bonjour \u2615");
  }
}

TEST_CASE("JSON where a stream was asked for is read as what it says") {
  Heard heard = hear_reply({200, headers("application/json; charset=utf-8"),
                            R"({"type":"message","content":[{"type":"text","text":"a"}]})"});
  CHECK(heard.result.content == "a");
  heard = hear_reply({200, headers(), R"({"message":"proxy"})"});
  CHECK(heard.result.error.value().kind == ProviderErrorKind::malformed);
  heard = hear_reply({503, stream_headers, stream});
  CHECK(heard.result.error.value().kind == ProviderErrorKind::overloaded);
}

struct ErrorCase {
  int status;
  std::string header;
  std::string body;
  ProviderErrorKind kind;
  bool retryable;
  std::string message;
};

TEST_CASE("Bedrock's errors get their kinds, and only some are worth another try") {
  using Kind = ProviderErrorKind;
  const std::string m = R"({"message":"m"})";
  const ErrorCase cases[] = {
      {403, "InvalidSignatureException:http://internal.amazon.com/coral/com.amazon.coral.service/",
       R"({"message":"The computed request signature is not the one supplied."})", Kind::auth,
       false, "InvalidSignatureException: The computed request signature is not the one supplied."},
      {429, "ThrottlingException",
       R"({"message":"Too many requests, please wait before trying again."})", Kind::rate_limited,
       true, "ThrottlingException: Too many requests, please wait before trying again."},
      {429, "com.amazon#ThrottlingException:x", m, Kind::rate_limited, true,
       "ThrottlingException: m"},
      {429, "ModelNotReadyException", m, Kind::overloaded, true, "ModelNotReadyException: m"},
      {408, "ModelTimeoutException", m, Kind::timeout, true, "ModelTimeoutException: m"},
      {424, "ModelErrorException", R"({"message":"m","originalStatusCode":502,"resourceName":"r"})",
       Kind::server, false, "ModelErrorException: m (the model's status 502)"},
      {500, "InternalServerException", m, Kind::server, true, "InternalServerException: m"},
      {503, "ServiceUnavailableException", m, Kind::overloaded, true,
       "ServiceUnavailableException: m"},
      {400, "ServiceQuotaExceededException", m, Kind::quota, false,
       "ServiceQuotaExceededException: m"},
      {400, "ValidationException", m, Kind::invalid_request, false, "ValidationException: m"},
      {400, "ValidationException", R"({"message":"Input is too long for requested model."})",
       Kind::context_length, false, "ValidationException: Input is too long for requested model."},
      {400, "ConflictException", m, Kind::invalid_request, false, "ConflictException: m"},
      {403, "AccessDeniedException", m, Kind::auth, false, "AccessDeniedException: m"},
      {403, "ExpiredTokenException", m, Kind::auth, false, "ExpiredTokenException: m"},
      {403, "UnrecognizedClientException", m, Kind::auth, false, "UnrecognizedClientException: m"},
      {403, "InvalidClientTokenId", m, Kind::auth, false, "InvalidClientTokenId: m"},
      {400, "IncompleteSignature", m, Kind::auth, false, "IncompleteSignature: m"},
      {403, "MissingAuthenticationTokenException", m, Kind::auth, false,
       "MissingAuthenticationTokenException: m"},
      {400, "RequestExpired", m, Kind::auth, false, "RequestExpired: m"},
      {404, "ResourceNotFoundException", m, Kind::not_found, false, "ResourceNotFoundException: m"},
      {404, "FTUFormNotFilled", m, Kind::not_found, false, "FTUFormNotFilled: m"},
      {400, "", R"({"__type":"com.amazon.coral#ValidationException","Message":"M"})",
       Kind::invalid_request, false, "ValidationException: M"},
      {400, "", R"({"code":"ThrottlingException","message":"c"})", Kind::rate_limited, false,
       "ThrottlingException: c"},
      {403, "", R"({"Message":"only status"})", Kind::auth, false, "only status"},
      {403, "", "not JSON", Kind::auth, false, "not JSON"},
      {502, "", "<html>bad gateway</html>", Kind::server, true, "HTTP status 502"},
      {500, "", "", Kind::server, true, "HTTP status 500"},
      {429, "NoveltyException", "", Kind::rate_limited, true, "NoveltyException"},
  };
  for (const ErrorCase& c : cases) {
    CAPTURE(c.status, c.header, c.body);
    http::Headers all = headers();
    if (!c.header.empty()) all.emplace_back("x-amzn-ErrorType", c.header);
    const ProviderResult result = hear_reply({c.status, all, c.body}).result;
    CHECK(result.status == Status::failed);
    CHECK(kind_name(result.error.value().kind) == kind_name(c.kind));
    CHECK(result.error->retryable == c.retryable);
    CHECK(result.error->message == c.message);
    CHECK(result.error->http_status == c.status);
    CHECK(result.request_id == "11111111-2222-4333-8444-555555555501");
  }
}

TEST_CASE("where clocks may be wrong, both are told") {
  http::Headers all = headers();
  all.emplace_back("x-amzn-ErrorType", "InvalidSignatureException");
  all.emplace_back("Date", "Thu, 02 Jan 2025 04:00:00 GMT");
  const ProviderResult result =
      hear_reply({403, all, R"({"message":"Signature expired: 20250102T030405Z"})"}).result;
  CHECK_THAT(result.error.value().message, Catch::Contains("2025-01-02T03:04:05.000000Z") &&
                                               Catch::Contains("Thu, 02 Jan 2025 04:00:00 GMT"));
}

TEST_CASE("a reply from Bedrock that breaks off keeps the text so far") {
  const auto waiting = reader();
  waiting->begin({200, stream_headers});
  waiting->feed(start + text_chunk("Half"), nullptr);
  const ProviderResult result =
      waiting->fail({ProviderErrorKind::timeout, true, {}, {}, "no byte for a minute"});
  CHECK(result.content == "Half");
  CHECK(result.error.value().kind == ProviderErrorKind::timeout);
  CHECK(result.request_id == "11111111-2222-4333-8444-555555555501");
}

}  // namespace
}  // namespace llmctl::providers::bedrock
