#include "base/decimal.h"

#include <fmt/format.h>

namespace llmctl {

std::optional<Decimal> parse_decimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string fraction(point == std::string_view::npos ? std::string_view{}
                                                       : text.substr(point + 1));
  if (whole.empty() || whole.size() > 4 || (point != std::string_view::npos && fraction.empty())) {
    return std::nullopt;
  }
  while (fraction.size() > 6 && fraction.back() == '0') fraction.pop_back();
  if (fraction.size() > 6) return std::nullopt;
  fraction.resize(6, '0');
  std::int64_t value = 0;
  for (const std::string_view part : {whole, std::string_view(fraction)}) {
    for (const char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
  }
  return Decimal{negative ? -value : value};
}

std::string to_string(Decimal value) {
  const std::int64_t absolute = value.millionths < 0 ? -value.millionths : value.millionths;
  return fmt::format("{}{}.{:06}", value.millionths < 0 ? "-" : "", absolute / 1'000'000,
                     absolute % 1'000'000);
}

std::string usd_from_nano(std::int64_t nano_usd) {
  const auto absolute =
      nano_usd < 0 ? -static_cast<std::uint64_t>(nano_usd) : static_cast<std::uint64_t>(nano_usd);
  std::string text = fmt::format("{}{}.{:09}", nano_usd < 0 ? "-" : "", absolute / 1'000'000'000,
                                 absolute % 1'000'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::optional<std::int64_t> cost_in_nano_usd(std::int64_t tokens, Decimal price_per_1k_tokens) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(tokens, price_per_1k_tokens.millionths, &product)) return std::nullopt;
  return product;
}

}  // namespace llmctl
