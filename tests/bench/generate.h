#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace llmctl::bench {

/// `llmctl seed generate`, process start included, against bare prepared inserts of the same rows:
/// sqlite3_bind and sqlite3_step over rows in memory, with the same tables, indexes and
/// transactions.
struct GenerateRates {
  std::size_t messages = 0;
  double llmctl = 0;    ///< messages a second
  double floor = 0;     ///< messages a second
  double peak_mib = 0;  ///< of llmctl
};
inline constexpr double generate_target = 0.8;  ///< of the floor's rate, at least

/// Works in `directory`. Throws std::runtime_error.
GenerateRates measure_generate(const std::string& llmctl, const std::filesystem::path& directory,
                               int conversations);

}  // namespace llmctl::bench
