#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llmctl {

using Duration = std::chrono::microseconds;
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;  ///< UTC

/// "2026-10-01T12:00:00.123456Z" (RFC 3339); the fraction is always six digits, so that columns
/// align.
std::string to_rfc3339(Timestamp time);

/// RFC 3339 with any offset ("2026-10-01T12:00:00+02:00", blank instead of T allowed). Without an
/// offset: UTC. Nothing outside of the years 0001 to 9999 UTC.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

/// "2026-10-01", the first instant of that day in UTC.
std::optional<Timestamp> parse_date(std::string_view text);

/// A date of HTTP in any of its three forms (RFC 9110, 5.6.7); the weekday is not compared with the
/// date. A year of two digits is the one nearest to `now` that is at most 50 years after it.
std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now);

/// A whole number or decimal with a unit: "250ms", "1.5s", "10m", "24h", "7d", "2w". Not negative,
/// at most 100 years.
std::optional<Duration> parse_duration(std::string_view text);

/// The shortest exact spelling that parse_duration reads back: "250ms", "90s", "1d".
std::string to_string(Duration duration);

/// Time and sleeping, so that tests can freeze both.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() = 0;
  /// Monotonic; only differences mean something. For deadlines and latencies within this process.
  virtual Duration elapsed() = 0;
  /// Returns early, without an error, when a signal arrives.
  virtual void sleep_for(Duration duration) = 0;
};

std::unique_ptr<Clock> make_system_clock();
/// Stands still except that each reading adds one microsecond (so that order stays visible) and
/// sleeping adds its length.
std::unique_ptr<Clock> make_frozen_clock(Timestamp start);

}  // namespace llmctl
