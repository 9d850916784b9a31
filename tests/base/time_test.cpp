#include "base/time.h"

#include <catch2/catch.hpp>

namespace llmctl {
namespace {

TEST_CASE("times are read with any offset and printed in UTC with microseconds") {
  struct Case {
    std::string text;
    std::string printed;
  };
  const Case cases[] = {
      {"2026-10-01T12:00:00Z", "2026-10-01T12:00:00.000000Z"},
      {"2026-10-01t12:00:00z", "2026-10-01T12:00:00.000000Z"},
      {"2026-10-01 12:00:00", "2026-10-01T12:00:00.000000Z"},
      {"2026-10-01T12:00", "2026-10-01T12:00:00.000000Z"},
      {"2026-10-01T12:00:00.5Z", "2026-10-01T12:00:00.500000Z"},
      {"2026-10-01T12:00:00.123456789Z", "2026-10-01T12:00:00.123456Z"},
      {"2026-10-01T12:00:00+02:00", "2026-10-01T10:00:00.000000Z"},
      {"2026-10-01T12:00:00-0530", "2026-10-01T17:30:00.000000Z"},
      {"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
      {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto time = parse_rfc3339(c.text);
    REQUIRE(time);
    CHECK(to_rfc3339(*time) == c.printed);
    CHECK(parse_rfc3339(c.printed) == time);
  }
}

TEST_CASE("what is no time is not read as one") {
  for (const std::string text : {"",
                                 "2026",
                                 "2026-10-01",
                                 "2026-10-01T",
                                 "2026-10-01T12",
                                 "2026-10-01T12:00:00.Z",
                                 "2026-10-01T24:00:00Z",
                                 "2026-10-01T12:60:00Z",
                                 "2026-10-01T12:00:60Z",
                                 "2026-02-29T12:00:00Z",
                                 "1900-02-29T12:00:00Z",
                                 "2026-13-01T12:00:00Z",
                                 "2026-00-01T12:00:00Z",
                                 "2026-10-00T12:00:00Z",
                                 "2026-10-32T12:00:00Z",
                                 "0000-01-01T00:00:00Z",
                                 "0001-01-01T00:00:00+00:01",
                                 "9999-12-31T23:59:59-00:01",
                                 "2026-10-01T12:00:00Zx",
                                 "2026-10-01T12:00:00+2",
                                 "2026-10-01T12:00:00+24:00",
                                 "2026-10-01T12:00:00+02:60",
                                 "2026-1-01T12:00:00Z",
                                 "26-10-01T12:00:00Z",
                                 " 2026-10-01T12:00:00Z",
                                 "2026-10-01T12:00:00 Z",
                                 "2026-10-01T12:00:00,5Z",
                                 "+2026-10-01T12:00:00Z",
                                 "2026-10-01T-1:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("a date is its first instant in UTC") {
  CHECK(parse_date("2026-10-01") == parse_rfc3339("2026-10-01T00:00:00Z"));
  CHECK(parse_date("2024-02-29"));
  for (const std::string text :
       {"", "2026-10", "2026-02-29", "2026-10-01T00:00:00Z", "2026-10-01 ", "2026/10/01"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text));
  }
}

TEST_CASE("durations are read exactly and printed as they would be read") {
  struct Case {
    std::string text;
    std::int64_t microseconds;
    std::string printed;
  };
  const Case cases[] = {
      {"250ms", 250'000, "250ms"},
      {"1.5s", 1'500'000, "1500ms"},
      {"90s", 90'000'000, "90s"},
      {"10m", 600'000'000, "10m"},
      {"0s", 0, "0s"},
      {"0ms", 0, "0s"},
      {"7d", 604'800'000'000, "1w"},
      {"2w", 1'209'600'000'000, "2w"},
      {"36h", 129'600'000'000, "36h"},
      {"0.5d", 43'200'000'000, "12h"},
      {"1.5ms", 1'500, "1.5ms"},
      {"0.001ms", 1, "0.001ms"},
      {"60000ms", 60'000'000, "1m"},
      {"5200w", 3'144'960'000'000'000, "5200w"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto duration = parse_duration(c.text);
    REQUIRE(duration);
    CHECK(duration->count() == c.microseconds);
    CHECK(to_string(*duration) == c.printed);
    CHECK(parse_duration(c.printed) == duration);
  }
}

TEST_CASE("what is no duration is not read as one") {
  for (const std::string text :
       {"", "5", "s", "-1s", "-0s", "+1s", "1 s", "1S", "1sec", "1e3s", "0x1s", "infs", "nans",
        "1h30m", "5300w", "1e400s", "1,5s", "999999999999999999999999w"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("the frozen clock goes on by one microsecond a reading, and by what is slept") {
  const Timestamp start = *parse_rfc3339("2026-10-01T12:00:00Z");
  const auto clock = make_frozen_clock(start);
  CHECK(clock->now() == start + Duration{1});
  CHECK(clock->now() == start + Duration{2});
  CHECK(clock->elapsed() == Duration{2});
  clock->sleep_for(std::chrono::hours(1));
  CHECK(clock->elapsed() == std::chrono::hours(1) + Duration{2});
  CHECK(clock->now() == start + std::chrono::hours(1) + Duration{3});
}

TEST_CASE("the system clock moves on while it sleeps") {
  const auto clock = make_system_clock();
  const Duration before = clock->elapsed();
  clock->sleep_for(std::chrono::milliseconds(5));
  CHECK(clock->elapsed() - before >= std::chrono::milliseconds(5));
  CHECK(clock->now() > *parse_rfc3339("2024-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace llmctl
