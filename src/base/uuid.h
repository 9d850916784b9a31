#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "base/time.h"

namespace llmctl {

/// A UUID (RFC 9562), bytes in network order.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
};

std::string to_string(const Uuid& id);  ///< 36 characters, dashed, lower case
std::string to_hex(const Uuid& id);     ///< 32 hex digits, lower case
/// The last 8 hex digits: what text lists show. Random in every UUIDv7, so they tell ids apart.
std::string short_id(const Uuid& id);
/// Dashed or not, either case; nothing else.
std::optional<Uuid> parse_uuid(std::string_view text);

/// The name-based UUIDv5 (RFC 9562, 5.5): the same for the same namespace and name.
Uuid uuid_of_name(const Uuid& name_space, std::string_view name);

/// Random bits from the kernel, or from a seed so that a test can repeat itself.
class RandomSource {
 public:
  RandomSource() = default;
  explicit RandomSource(std::uint64_t seed) : seeded_(seed) {}
  std::uint64_t next();

 private:
  std::optional<std::mt19937_64> seeded_;
};

/// Makes UUIDv7 whose order within this process is the order of making, also when the clock goes
/// backwards.
class UuidSource {
 public:
  explicit UuidSource(RandomSource random) : random_(random) {}
  Uuid next(Timestamp now);

 private:
  RandomSource random_;
  std::uint64_t last_tick_ =
      0;  ///< milliseconds and 12 bits of a millisecond's fraction (RFC 9562, 6.2 method 3)
};

}  // namespace llmctl
