#include "providers/http_error.h"

#include <catch2/catch.hpp>

#include "base/text.h"

namespace llmctl::providers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Timestamp now = *parse_rfc3339("2026-10-09T10:00:00Z");

TEST_CASE("the wait that a server advises is the first usable one") {
  struct Case {
    http::Headers headers;
    std::optional<Duration> wait;
  };
  const Case cases[] = {
      {{}, {}},
      {{{"Retry-After", "2"}}, seconds(2)},
      {{{"retry-AFTER", " 2 "}}, seconds(2)},
      {{{"Retry-After", "0.25"}}, milliseconds(250)},
      {{{"Retry-After", "3600"}}, seconds(3600)},
      {{{"Retry-After", "86400"}}, seconds(86400)},
      {{{"retry-after-ms", "150"}, {"Retry-After", "9"}}, milliseconds(150)},
      {{{"Retry-After", "9"}, {"retry-after-ms", "5410"}}, milliseconds(5410)},
      {{{"retry-after-ms", "0.5"}}, Duration(500)},
      {{{"retry-after-ms", "x"}, {"Retry-After", "1"}}, seconds(1)},
      {{{"retry-after-ms", "0"}, {"Retry-After", "1"}}, seconds(1)},
      {{{"x-ms-retry-after-ms", "70"}, {"Retry-After", "9"}}, milliseconds(70)},
      {{{"x-ms-retry-after-ms", "70"}, {"retry-after-ms", "60"}}, milliseconds(60)},
      {{{"x-amz-retry-after", "80"}, {"Retry-After", "9"}}, milliseconds(80)},
      {{{"Retry-After", "0"}, {"Retry-After", "7"}}, seconds(7)},
      {{{"Retry-After", "3"}, {"Retry-After", "7"}}, seconds(3)},
  };
  for (const Case& c : cases) {
    CAPTURE(c.headers);
    CHECK(advised_wait(c.headers, now) == c.wait);
  }
  for (const std::string value : {"0", "-3", "-5", "abc", "", " ", "nan", "inf", "1e999", "1e3",
                                  "0x10", "2s", "1,5", "1.2.3", "+2", "0.0000001"}) {
    CAPTURE(value);
    CHECK_FALSE(advised_wait({{"Retry-After", value}}, now));
    CHECK_FALSE(advised_wait({{"retry-after-ms", value}}, now));
  }
}

TEST_CASE("a huge wait stays a huge wait") {
  for (const std::string value : {"99999999999", "9999999999999999999999999999"}) {
    CAPTURE(value);
    const auto wait = advised_wait({{"Retry-After", value}}, now);
    REQUIRE(wait);
    CHECK(*wait > std::chrono::hours(24 * 365));
  }
}

TEST_CASE("a date to wait for is measured against the server's own clock") {
  const std::string date = "Fri, 09 Oct 2026 10:00:00 GMT";
  CHECK(advised_wait({{"Date", date}, {"Retry-After", "Fri, 09 Oct 2026 10:00:03 GMT"}},
                     now + std::chrono::hours(5)) == seconds(3));
  CHECK(advised_wait({{"Retry-After", "Fri, 09 Oct 2026 10:00:02 GMT"}}, now) == seconds(2));
  CHECK(advised_wait({{"Date", "soon"}, {"Retry-After", "Friday, 09-Oct-26 10:00:02 GMT"}}, now) ==
        seconds(2));
  CHECK(advised_wait({{"Retry-After", "Fri Oct  9 10:00:02 2026"}}, now) == seconds(2));
  for (const std::string past :
       {"Fri, 09 Oct 2026 10:00:00 GMT", "Fri, 09 Oct 2026 09:00:00 GMT", "Fri, 09 Oct 2026",
        "Fri, 31 Feb 2027 10:00:00 GMT", "09 Oct 2026 10:00:09 GMT", "2026-10-09T10:00:09Z"}) {
    CAPTURE(past);
    CHECK_FALSE(advised_wait({{"Retry-After", past}}, now));
  }
}

TEST_CASE("a status has a kind of error") {
  using Kind = ProviderErrorKind;
  const std::pair<int, Kind> cases[] = {
      {301, Kind::not_found},       {307, Kind::not_found},
      {400, Kind::invalid_request}, {401, Kind::auth},
      {402, Kind::quota},           {403, Kind::auth},
      {404, Kind::not_found},       {408, Kind::timeout},
      {409, Kind::server},          {413, Kind::invalid_request},
      {422, Kind::invalid_request}, {424, Kind::invalid_request},
      {429, Kind::rate_limited},    {500, Kind::server},
      {502, Kind::server},          {503, Kind::overloaded},
      {504, Kind::timeout},         {520, Kind::server},
      {529, Kind::overloaded},      {599, Kind::server},
  };
  for (const auto& [status, kind] : cases) {
    CAPTURE(status);
    CHECK(kind_of_status(status) == kind);
  }
}

bool is_retryable(int status, ProviderErrorKind kind, const http::Headers& headers = {}) {
  const ProviderResult result = failed_reply({status, headers}, kind, "no", now);
  CHECK(result.status == Status::failed);
  CHECK(result.error->http_status == status);
  CHECK(result.error->kind == kind);
  return result.error->retryable;
}

TEST_CASE("what may be tried again") {
  for (const int status : {408, 409, 429, 500, 502, 503, 504, 520, 524, 529}) {
    CAPTURE(status);
    CHECK(is_retryable(status, kind_of_status(status)));
    CHECK_FALSE(is_retryable(status, kind_of_status(status), {{"X-Should-Retry", "false"}}));
    CHECK(is_retryable(status, kind_of_status(status), {{"X-Should-Retry", "perhaps"}}));
  }
  for (const int status : {301, 400, 401, 402, 403, 404, 413, 422, 424, 501, 505}) {
    CAPTURE(status);
    CHECK_FALSE(is_retryable(status, kind_of_status(status)));
  }
  CHECK(is_retryable(400, ProviderErrorKind::invalid_request, {{"x-should-retry", "true"}}));
  CHECK_FALSE(is_retryable(429, ProviderErrorKind::quota, {{"x-should-retry", "true"}}));
  CHECK_FALSE(is_retryable(500, ProviderErrorKind::context_length));
  CHECK(is_retryable(200, ProviderErrorKind::overloaded));
  CHECK_FALSE(is_retryable(200, ProviderErrorKind::invalid_request));
}

TEST_CASE("a failed reply tells what the server said, in printable text") {
  const auto message = [](std::string_view text) {
    return failed_reply({500, {}}, ProviderErrorKind::server, text, now).error->message;
  };
  CHECK(message("Overloaded right now.") == "Overloaded right now.");
  CHECK(message("two\nlines\r\n") == "two lines");
  CHECK(message("\x1b[2Jred\x7f") == "[2Jred");
  CHECK(message("turned\xe2\x80\xae round") == "turned  round");
  CHECK(message("bad \xff byte") == "bad \xef\xbf\xbd byte");
  CHECK(message("") == "HTTP status 500");
  CHECK(message("\n\t") == "HTTP status 500");

  const std::string long_message = message(std::string(1999, 'x') + "\xc3\xb8 and more");
  CHECK(long_message == std::string(1999, 'x'));
  CHECK_FALSE(find_invalid_utf8(long_message));
}

TEST_CASE("a failed reply has the advised wait, a malformed one is never tried again") {
  const ProviderResult limited = failed_reply({429, {{"Retry-After", "2"}}},
                                              ProviderErrorKind::rate_limited, "slow down", now);
  CHECK(limited.error->advised_wait == seconds(2));
  const ProviderResult malformed =
      malformed_reply({200, {{"x-should-retry", "true"}}}, "the reply is no JSON");
  CHECK(malformed.status == Status::failed);
  CHECK(malformed.error->kind == ProviderErrorKind::malformed);
  CHECK_FALSE(malformed.error->retryable);
  CHECK(malformed.error->http_status == 200);
  CHECK(malformed.error->message == "the reply is no JSON");
}

}  // namespace
}  // namespace llmctl::providers
