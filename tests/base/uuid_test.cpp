#include "base/uuid.h"

#include <catch2/catch.hpp>
#include <set>

namespace llmctl {
namespace {

const Timestamp start = *parse_rfc3339("2026-10-01T12:00:00.123456Z");

std::uint64_t milliseconds_of(const Uuid& id) {
  std::uint64_t value = 0;
  for (int i = 0; i < 6; ++i) value = value << 8 | id.bytes[i];
  return value;
}

TEST_CASE("a new UUID has version 7, its variant and the time in milliseconds") {
  UuidSource source{RandomSource(1)};
  for (int i = 0; i < 100; ++i) {
    const Uuid id = source.next(start);
    CHECK((id.bytes[6] >> 4) == 7);
    CHECK((id.bytes[8] >> 6) == 2);
    CHECK(milliseconds_of(id) ==
          static_cast<std::uint64_t>(start.time_since_epoch().count() / 1000));
  }
}

TEST_CASE("UUIDs are made in order, also in one instant and when the clock goes backwards") {
  UuidSource source{RandomSource(1)};
  std::vector<Uuid> made;
  for (int i = 0; i < 10'000; ++i) made.push_back(source.next(start));
  for (int i = 0; i < 100; ++i) made.push_back(source.next(start - std::chrono::hours(i)));
  made.push_back(source.next(start + std::chrono::hours(1)));
  for (std::size_t i = 1; i < made.size(); ++i) REQUIRE(made[i - 1] < made[i]);
  CHECK(milliseconds_of(made.back()) ==
        static_cast<std::uint64_t>((start + std::chrono::hours(1)).time_since_epoch().count() /
                                   1000));
}

TEST_CASE("a microsecond later sorts later, from another source too") {
  UuidSource one{RandomSource(1)};
  UuidSource two{RandomSource(2)};
  for (int i = 0; i < 3000; ++i) {
    const Uuid earlier = one.next(start + Duration{2 * i});
    const Uuid later = two.next(start + Duration{2 * i + 1});
    REQUIRE(earlier < later);
  }
}

TEST_CASE("a time before 1970 still gives a UUID") {
  UuidSource source{RandomSource(1)};
  const Uuid id = source.next(Timestamp{Duration{-5}});
  CHECK(milliseconds_of(id) == 0);
  CHECK((id.bytes[6] >> 4) == 7);
}

TEST_CASE("a seed repeats its UUIDs, the kernel's random bits do not") {
  UuidSource one{RandomSource(42)};
  UuidSource two{RandomSource(42)};
  UuidSource other{RandomSource(43)};
  const Uuid first = one.next(start);
  CHECK(first == two.next(start));
  CHECK(first != other.next(start));
  std::set<std::uint64_t> values;
  RandomSource kernel;
  for (int i = 0; i < 100; ++i) values.insert(kernel.next());
  CHECK(values.size() == 100);
}

TEST_CASE("UUIDs are read dashed or not, in either case, and printed dashed in lower case") {
  const std::string dashed = "0199a1b2-c3d4-7e5f-8001-00fedcba9876";
  const std::string hex = "0199a1b2c3d47e5f800100fedcba9876";
  for (const std::string& text : {dashed, hex, std::string("0199A1B2-C3D4-7E5F-8001-00FEDCBA9876"),
                                  std::string("0199A1B2C3D47E5F800100FEDCBA9876")}) {
    const auto id = parse_uuid(text);
    REQUIRE(id);
    CHECK(to_string(*id) == dashed);
    CHECK(to_hex(*id) == hex);
    CHECK(short_id(*id) == "dcba9876");
  }
  for (const std::string text :
       {"", "0199a1b2", "0199a1b2c3d47e5f800100fedcba987", "0199a1b2c3d47e5f800100fedcba98766",
        "0199a1b2c3d47e5f800100fedcba987g", "0199a1b2-c3d47-e5f-8001-00fedcba9876",
        "{0199a1b2-c3d4-7e5f-8001-00fedcba9876}", "0199a1b2-c3d4-7e5f-8001-00fedcba987-",
        "0199a1b2_c3d4_7e5f_8001_00fedcba9876"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_uuid(text));
  }
}

}  // namespace
}  // namespace llmctl
