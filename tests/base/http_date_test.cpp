#include <catch2/catch.hpp>

#include "base/time.h"

namespace llmctl {
namespace {

TEST_CASE("an HTTP date reads in its three forms") {
  const Timestamp now = *parse_rfc3339("2026-10-09T10:00:00Z");
  struct Case {
    std::string text;
    std::string time;  ///< empty: no date
  };
  const Case cases[] = {
      {"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000000Z"},
      {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000000Z"},
      {"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000000Z"},
      {"Sun Nov 16 08:49:37 1994", "1994-11-16T08:49:37.000000Z"},
      {"Wednesday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00.000000Z"},
      {"Saturday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00.000000Z"},
      {"Thu, 31 Dec 2026 23:59:60 GMT", "2027-01-01T00:00:00.000000Z"},
      {"Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00.000000Z"},
      {"Thu, 29 Feb 2023 00:00:00 GMT", ""},
      {"Sun, 06 Nov 1994 08:49:37", ""},
      {"Sun, 06 Nov 1994 08:49:37 UTC", ""},
      {"Sun, 06 Nov 1994 08:49:37 GMT ", ""},
      {"Sun, 06 nov 1994 08:49:37 GMT", ""},
      {"Sun, 06 anF 1994 08:49:37 GMT", ""},
      {"Sun, 6 Nov 1994 08:49:37 GMT", ""},
      {"Sun, 06 Nov 1994 24:00:00 GMT", ""},
      {"Sun, 06 Nov 94 08:49:37 GMT", ""},
      {"Sun Nov 6 08:49:37 1994", ""},
      {"Sun", ""},
      {"Sun,", ""},
      {"Sun ", ""},
      {", 06 Nov 1994 08:49:37 GMT", ""},
      {"", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto time = parse_http_date(c.text, now);
    CHECK((time ? to_rfc3339(*time) : "") == c.time);
  }
}

}  // namespace
}  // namespace llmctl
