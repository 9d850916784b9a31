#include "base/decimal.h"

#include <catch2/catch.hpp>
#include <limits>

namespace llmctl {
namespace {

TEST_CASE("decimals are read and printed exactly, with six places") {
  struct Case {
    std::string text;
    std::int64_t millionths;
    std::string printed;
  };
  const Case cases[] = {
      {"0", 0, "0.000000"},
      {"-0", 0, "0.000000"},
      {"0.003", 3'000, "0.003000"},
      {"12", 12'000'000, "12.000000"},
      {"-1.5", -1'500'000, "-1.500000"},
      {"-0.000001", -1, "-0.000001"},
      {"9999.999999", 9'999'999'999, "9999.999999"},
      {"0.1000000000", 100'000, "0.100000"},
      {"0001", 1'000'000, "1.000000"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto value = parse_decimal(c.text);
    REQUIRE(value);
    CHECK(value->millionths == c.millionths);
    CHECK(to_string(*value) == c.printed);
  }
}

TEST_CASE("what a price column cannot hold is no decimal") {
  for (const std::string text : {"", "-", ".", ".5", "1.", "+1", "1e3", "0.0000001", "10000", "1,5",
                                 " 1", "1 ", "0x1", "1.2.3", "--1", "1.-2", "nan"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text));
  }
}

TEST_CASE("nano-USD are printed exactly, without trailing zeros") {
  struct Case {
    std::int64_t nano;
    std::string printed;
  };
  const Case cases[] = {
      {0, "0"},
      {1, "0.000000001"},
      {4'250'000, "0.00425"},
      {1'000'000'000, "1"},
      {100'000'000'000, "100"},
      {-1'500'000'000, "-1.5"},
      {std::numeric_limits<std::int64_t>::max(), "9223372036.854775807"},
      {std::numeric_limits<std::int64_t>::min(), "-9223372036.854775808"},
  };
  for (const Case& c : cases) CHECK(usd_from_nano(c.nano) == c.printed);
}

TEST_CASE("tokens times a price is exact, and nothing when it does not fit") {
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  CHECK(cost_in_nano_usd(1, Decimal{1}) == 1);
  CHECK(cost_in_nano_usd(1'000, *parse_decimal("0.003")) == 3'000'000);
  CHECK(cost_in_nano_usd(123'456'789, *parse_decimal("0.000007")) == 864'197'523);
  CHECK(cost_in_nano_usd(huge, Decimal{1}) == huge);
  CHECK(cost_in_nano_usd(huge, Decimal{0}) == 0);
  CHECK_FALSE(cost_in_nano_usd(huge, Decimal{2}));
}

}  // namespace
}  // namespace llmctl
