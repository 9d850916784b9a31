#pragma once

#include <cstdint>
#include <optional>

/// How a stamp stands in `user_version`: mixed with `schema_version`, a counter that SQLite
/// advances with every change of the schema, so that any such change makes the stamp another one;
/// and marked, so that a number which another program keeps there is not taken for a stamp, nor
/// overwritten.
namespace llmctl::storage::sqlite {

inline constexpr std::int32_t stamp_bits = 0x7fffff;
inline constexpr std::int32_t stamp_mark = 0x4c << 24;  // 'L'

constexpr bool is_stamp(std::int64_t user_version) {
  return (user_version & ~std::int64_t{stamp_bits}) == stamp_mark;
}

constexpr std::int32_t mix_stamp(std::int32_t stamp, std::int64_t schema_version) {
  const auto scattered = static_cast<std::uint32_t>(schema_version) * 0x9e3779b1U >> 9;
  return (stamp ^ static_cast<std::int32_t>(scattered)) & stamp_bits;
}

constexpr std::int32_t encode_stamp(std::int32_t stamp, std::int64_t schema_version) {
  return stamp_mark | mix_stamp(stamp, schema_version);
}

constexpr std::optional<std::int32_t> decode_stamp(std::int64_t user_version,
                                                   std::int64_t schema_version) {
  if (!is_stamp(user_version)) return std::nullopt;
  return mix_stamp(static_cast<std::int32_t>(user_version), schema_version);
}

}  // namespace llmctl::storage::sqlite
