#include "providers/http_error.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace llmctl::providers {
namespace {

constexpr std::size_t message_limit = 2000;  // bytes
// More than any caller waits for, and far from overflow.
constexpr double longest_wait = 100.0 * 365 * 86'400;  // seconds

/// "2", "0.25"; nothing for what is not positive, or no plain decimal.
std::optional<double> parse_positive(std::string_view text) {
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  double number = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (problem == std::errc::result_out_of_range) return longest_wait;
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number > 0 ? std::optional(number) : std::nullopt;
}

std::optional<Duration> to_wait(double seconds) {
  const Duration wait{std::llround(std::min(seconds, longest_wait) * 1e6)};
  return wait > Duration::zero() ? std::optional(wait) : std::nullopt;
}

std::optional<Duration> wait_in_milliseconds(std::string_view value) {
  const auto milliseconds = parse_positive(value);
  return milliseconds ? to_wait(*milliseconds / 1000) : std::nullopt;
}

std::optional<Duration> wait_in_seconds_or_until(std::string_view value,
                                                 const http::Headers& headers, Timestamp now) {
  if (const auto seconds = parse_positive(value)) return to_wait(*seconds);
  const auto until = parse_http_date(value, now);
  if (!until) return std::nullopt;
  // The server's own clock said when, so it also says how long that is.
  const auto date = http::find_header(headers, "Date");
  const auto start = date ? parse_http_date(trim(*date), now).value_or(now) : now;
  return *until > start ? std::optional<Duration>(*until - start) : std::nullopt;
}

bool is_permanent(ProviderErrorKind kind) {
  switch (kind) {
    case ProviderErrorKind::auth:
    case ProviderErrorKind::quota:
    case ProviderErrorKind::invalid_request:
    case ProviderErrorKind::context_length:
    case ProviderErrorKind::content_filter:
    case ProviderErrorKind::not_found: return true;
    default: return false;
  }
}

bool is_retryable(const http::ReplyHead& head, ProviderErrorKind kind) {
  if (kind == ProviderErrorKind::quota) return false;
  if (const auto advice = http::find_header(head.headers, "x-should-retry")) {
    if (trim(*advice) == "true") return true;
    if (trim(*advice) == "false") return false;
  }
  if (is_permanent(kind)) return false;
  // A stream that began well has only its error to go by.
  if (head.status < 300) return is_transient(kind);
  const int status = head.status;
  return status == 408 || status == 409 || status == 429 ||
         (status >= 500 && status != 501 && status != 505);
}

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ||
         (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

/// Text of one line: what would move a terminal's cursor or turn its writing round is a blank.
std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const CodePoint next = next_code_point(text);
    const std::string_view shown = !next.valid              ? std::string_view("\ufffd")
                                   : is_control(next.value) ? std::string_view(" ")
                                                            : text.substr(0, next.length);
    if (result.size() + shown.size() > message_limit) break;
    result += shown;
    text.remove_prefix(next.length);
  }
  return std::string(trim(result));
}

ProviderResult failed(const http::ReplyHead& head, ProviderError error) {
  error.http_status = head.status;
  ProviderResult result;
  result.status = Status::failed;
  result.error = std::move(error);
  return result;
}

}  // namespace

std::optional<Duration> advised_wait(const http::Headers& headers, Timestamp now) {
  constexpr std::array<std::string_view, 4> names{"retry-after-ms", "x-ms-retry-after-ms",
                                                  "x-amz-retry-after", "retry-after"};
  for (const std::string_view wanted : names) {
    for (const auto& [name, value] : headers) {
      if (to_lower_ascii(name) != wanted) continue;
      const auto wait = wanted == "retry-after"
                            ? wait_in_seconds_or_until(trim(value), headers, now)
                            : wait_in_milliseconds(trim(value));
      if (wait) return wait;
    }
  }
  return std::nullopt;
}

ProviderErrorKind kind_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
    case 407: return ProviderErrorKind::auth;
    case 402: return ProviderErrorKind::quota;
    case 404:
    case 410: return ProviderErrorKind::not_found;
    case 408:
    case 504:
    case 524: return ProviderErrorKind::timeout;
    case 409: return ProviderErrorKind::server;
    case 425:
    case 429: return ProviderErrorKind::rate_limited;
    case 503:
    case 529: return ProviderErrorKind::overloaded;
    default: break;
  }
  // A redirection is not followed: what was asked for is elsewhere.
  if (status >= 300 && status < 400) return ProviderErrorKind::not_found;
  return status >= 400 && status < 500 ? ProviderErrorKind::invalid_request
                                       : ProviderErrorKind::server;
}

ProviderResult failed_reply(const http::ReplyHead& head, ProviderErrorKind kind,
                            std::string_view message, Timestamp now) {
  ProviderError error;
  error.kind = kind;
  error.retryable = is_retryable(head, kind);
  error.advised_wait = advised_wait(head.headers, now);
  error.message = printable(message);
  if (error.message.empty()) error.message = fmt::format("HTTP status {}", head.status);
  return failed(head, std::move(error));
}

ProviderResult malformed_reply(const http::ReplyHead& head, std::string_view what) {
  ProviderError error;
  error.kind = ProviderErrorKind::malformed;
  error.message = printable(what);
  return failed(head, std::move(error));
}

}  // namespace llmctl::providers
