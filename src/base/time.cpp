#include "base/time.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace llmctl {
namespace {

using std::chrono::microseconds;

/// Reads exactly `digits` decimal digits at the front of `text` and drops them.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Timestamp> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok() || *year == 0) return std::nullopt;
  return Timestamp{std::chrono::sys_days{date}};
}

/// Digits beyond microseconds are dropped.
std::optional<microseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return microseconds{0};
  long value = 0;
  int digits = 0;
  while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front()))) {
    if (digits < 6) value = value * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (int i = digits; i < 6; ++i) value *= 10;
  return microseconds{value};
}

std::optional<microseconds> take_time_of_day(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  if (take(text, ':')) {
    const auto read = take_digits(text, 2);
    if (!read || *read > 59) return std::nullopt;
    second = *read;
  }
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{second} +
         *fraction;
}

std::optional<microseconds> take_offset(std::string_view& text) {
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return microseconds{0};
  const bool east = text.front() == '+';
  if (!east && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23) return std::nullopt;
  take(text, ':');
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const microseconds offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return east ? offset : -offset;
}

std::optional<unsigned> take_month_name(std::string_view& text) {
  constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t at = names.find(text.substr(0, 3));
  if (text.size() < 3 || at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  text.remove_prefix(3);
  return static_cast<unsigned>(at / 3 + 1);
}

/// "10:00:03", where a leap second counts as the next minute's first.
std::optional<std::chrono::seconds> take_clock(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
}

struct HttpDate {
  std::optional<int> day;
  std::optional<unsigned> month;
  std::optional<int> year;
  std::optional<std::chrono::seconds> clock;
};

std::optional<Timestamp> to_timestamp(const HttpDate& parts, std::string_view rest) {
  if (!parts.day || !parts.month || !parts.year || !parts.clock || !rest.empty())
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*parts.year},
                                         std::chrono::month{*parts.month},
                                         std::chrono::day(static_cast<unsigned>(*parts.day))};
  if (!date.ok()) return std::nullopt;
  return Timestamp{std::chrono::sys_days{date}} + *parts.clock;
}

bool take_text(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

/// "Fri Oct  9 10:00:03 2026"
std::optional<Timestamp> parse_asctime(std::string_view text) {
  text.remove_prefix(4);
  HttpDate parts;
  parts.month = take_month_name(text);
  if (!take(text, ' ')) return std::nullopt;
  parts.day = take_digits(text, take(text, ' ') ? 1 : 2);
  if (!take(text, ' ')) return std::nullopt;
  parts.clock = take_clock(text);
  if (!take(text, ' ')) return std::nullopt;
  parts.year = take_digits(text, 4);
  return to_timestamp(parts, text);
}

/// What follows the weekday: "09 Oct 2026 10:00:03 GMT", or with '-' and a year of two digits.
std::optional<Timestamp> parse_day_first(std::string_view text, Timestamp now) {
  HttpDate parts;
  parts.day = take_digits(text, 2);
  const bool is_short = take(text, '-');
  if (!is_short && !take(text, ' ')) return std::nullopt;
  parts.month = take_month_name(text);
  if (!take(text, is_short ? '-' : ' ')) return std::nullopt;
  parts.year = take_digits(text, is_short ? 2 : 4);
  if (!parts.year || !take(text, ' ')) return std::nullopt;
  parts.clock = take_clock(text);
  if (!take_text(text, " GMT")) return std::nullopt;
  if (!is_short) return to_timestamp(parts, text);
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const int latest = static_cast<int>(today.year()) + 50;
  parts.year = latest - ((latest - *parts.year) % 100 + 100) % 100;
  return to_timestamp(parts, text);
}

/// The number's last `count` decimal digits; a general formatter takes ten times as long, and every
/// stored row has a time.
void put_digits(std::string& text, std::size_t at, std::size_t count, std::int64_t number) {
  for (std::size_t i = at + count; i > at; --i, number /= 10)
    text[i - 1] = static_cast<char>('0' + number % 10);
}

struct Unit {
  std::string_view name;
  std::int64_t microseconds;
};
// From the largest to the smallest, for to_string.
constexpr std::array<Unit, 6> units{{{"w", 604'800'000'000},
                                     {"d", 86'400'000'000},
                                     {"h", 3'600'000'000},
                                     {"m", 60'000'000},
                                     {"s", 1'000'000},
                                     {"ms", 1'000}}};

class SystemClock final : public Clock {
 public:
  Timestamp now() override {
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
  }
  Duration elapsed() override {
    return std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  void sleep_for(Duration duration) override {
    timespec wanted{};
    wanted.tv_sec = duration.count() / 1'000'000;
    wanted.tv_nsec = (duration.count() % 1'000'000) * 1'000;
    nanosleep(&wanted, nullptr);
  }
};

class FrozenClock final : public Clock {
 public:
  explicit FrozenClock(Timestamp start) : now_(start), start_(start) {}
  Timestamp now() override { return now_ += microseconds{1}; }
  Duration elapsed() override { return now_ - start_; }
  void sleep_for(Duration duration) override { now_ += duration; }

 private:
  Timestamp now_;
  Timestamp start_;
};

}  // namespace

std::string to_rfc3339(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<microseconds> clock{time - day};
  std::string text = "0000-00-00T00:00:00.000000Z";
  put_digits(text, 0, 4, static_cast<int>(date.year()));
  put_digits(text, 5, 2, static_cast<unsigned>(date.month()));
  put_digits(text, 8, 2, static_cast<unsigned>(date.day()));
  put_digits(text, 11, 2, clock.hours().count());
  put_digits(text, 14, 2, clock.minutes().count());
  put_digits(text, 17, 2, clock.seconds().count());
  put_digits(text, 20, 6, clock.subseconds().count());
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) text.replace(0, 4, std::to_string(year));
  return text;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  const auto day = take_date(text);
  if (!day || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const Timestamp moment = *day + *time - *offset;
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(moment)};
  const bool has_year =
      date.year() >= std::chrono::year{1} && date.year() <= std::chrono::year{9999};
  return has_year ? std::optional(moment) : std::nullopt;
}

std::optional<Timestamp> parse_date(std::string_view text) {
  const auto day = take_date(text);
  return text.empty() ? day : std::nullopt;
}

std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now) {
  const std::size_t weekday = std::min(text.find_first_of(", "), text.size());
  if (weekday < 3) return std::nullopt;
  if (weekday == 3 && text.substr(3).starts_with(' ')) return parse_asctime(text);
  text.remove_prefix(weekday);
  return take_text(text, ", ") ? parse_day_first(text, now) : std::nullopt;
}

std::optional<Duration> parse_duration(std::string_view text) {
  double number = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (problem != std::errc{} || number < 0 || std::signbit(number)) return std::nullopt;
  const std::string_view unit(end, text.data() + text.size() - end);
  for (const Unit& known : units) {
    if (unit != known.name) continue;
    const double total = number * static_cast<double>(known.microseconds);
    if (!(total <= 3.2e15)) return std::nullopt;
    return Duration{std::llround(total)};
  }
  return std::nullopt;
}

std::string to_string(Duration duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  for (const Unit& unit : units) {
    if (count % unit.microseconds == 0)
      return fmt::format("{}{}", count / unit.microseconds, unit.name);
  }
  return fmt::format("{}ms", static_cast<double>(count) / 1000.0);
}

std::unique_ptr<Clock> make_system_clock() { return std::make_unique<SystemClock>(); }

std::unique_ptr<Clock> make_frozen_clock(Timestamp start) {
  return std::make_unique<FrozenClock>(start);
}

}  // namespace llmctl
