#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmctl {

/// A price: the backend's dec(10,6), kept as an integer of millionths, so that arithmetic is exact.
struct Decimal {
  std::int64_t millionths = 0;
  auto operator<=>(const Decimal&) const = default;
};

/// "0.003", "12", "-1.5". Nothing for other spellings, for more than six places or more than four
/// digits before the point.
std::optional<Decimal> parse_decimal(std::string_view text);
/// As the backend's API prints it, with six places: "0.003000".
std::string to_string(Decimal value);

/// Nano-USD (10^-9 USD) as an exact decimal of USD without trailing zeros: 4250000 is "0.00425".
std::string usd_from_nano(std::int64_t nano_usd);

/// Tokens times a price per 1,000 tokens is a whole number of nano-USD. Nothing on overflow of 64
/// bits.
std::optional<std::int64_t> cost_in_nano_usd(std::int64_t tokens, Decimal price_per_1k_tokens);

}  // namespace llmctl
