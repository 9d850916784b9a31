#include "providers/openai_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "base/text.h"
#include "providers/http_error.h"
#include "providers/reply_json.h"

namespace llmctl::providers::openai {
namespace {

using nlohmann::json;
using Kind = ProviderErrorKind;

struct Named {
  std::string_view name;
  Kind kind;
};

/// Codes and types that say more than the status they come with.
constexpr std::array<Named, 23> telling{{
    {"insufficient_quota", Kind::quota},
    {"credit_balance_exhausted", Kind::quota},
    {"organization_spend_limit_exceeded", Kind::quota},
    {"project_spend_limit_exceeded", Kind::quota},
    {"organization_usage_limit_exceeded", Kind::quota},
    {"billing_hard_limit_reached", Kind::quota},
    {"context_length_exceeded", Kind::context_length},
    {"exceed_context_size_error", Kind::context_length},
    {"content_filter", Kind::content_filter},
    {"ResponsibleAIPolicyViolation", Kind::content_filter},
    {"content_policy_violation", Kind::content_filter},
    {"invalid_api_key", Kind::auth},
    {"API_KEY_INVALID", Kind::auth},
    {"authentication_error", Kind::auth},
    {"model_not_found", Kind::not_found},
    {"DeploymentNotFound", Kind::not_found},
    {"rate_limit_exceeded", Kind::rate_limited},
    {"slow_down", Kind::rate_limited},
    {"RateLimitReached", Kind::rate_limited},
    {"too_many_requests", Kind::rate_limited},
    {"server_is_overloaded", Kind::overloaded},
    {"overloaded_error", Kind::overloaded},
    {"unavailable_error", Kind::overloaded},
}};

/// Types that count where there is no status to go by: within a stream.
constexpr std::array<Named, 10> types{{
    {"invalid_request_error", Kind::invalid_request},
    {"BadRequestError", Kind::invalid_request},
    {"permission_error", Kind::auth},
    {"not_found_error", Kind::not_found},
    {"NotFoundError", Kind::not_found},
    {"rate_limit_error", Kind::rate_limited},
    {"tokens", Kind::rate_limited},
    {"requests", Kind::rate_limited},
    {"timeout_error", Kind::timeout},
    {"service_unavailable_error", Kind::overloaded},
}};

std::optional<Kind> find_kind(std::span<const Named> names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &Named::name);
  return found == names.end() ? std::nullopt : std::optional(found->kind);
}

/// An error in one form, from the many that servers have.
struct Report {
  std::string message;
  std::string type;
  std::string code;
  std::string inner_code;  ///< Azure's innererror, Google's reason
  std::string param;
  std::string categories;  ///< that a content filter objected to
  bool is_page = false;    ///< of HTML, from something before the server
};

/// A code may be a number, or a number as text.
std::string code_of(const json& error) {
  for (const char* const key : {"code", "statusCode", "status"}) {
    const json& code = member(error, key);
    if (code.is_string()) return code.get<std::string>();
    if (code.is_number_integer()) return code.dump();
  }
  return {};
}

const json& first_of(const json& value, std::initializer_list<const char*> keys) {
  const json* found = nullptr;
  for (const char* const key : keys) {
    found = &member(value, key);
    if (!found->is_null()) break;
  }
  return *found;
}

std::string google_reason(const json& error) {
  for (const json& detail : member(error, "details")) {
    if (auto reason = text_member(detail, "reason"); !reason.empty()) return reason;
  }
  return {};
}

/// {"error": …}, or a list of one of it as Google sends it, or the flat forms.
const json& error_of(const json& value) {
  const json& whole = value.is_array() && value.size() == 1 ? value.front() : value;
  const json& error = member(whole, "error");
  const bool is_flat = error.is_null() && member(whole, "message").is_string();
  return is_flat ? whole : error;
}

Report report_of(const json& value) {
  const json& error = error_of(value);
  Report report;
  if (error.is_string()) {
    report.message = error.get<std::string>();
    return report;
  }
  report.message = text_member(error, "message");
  report.type = text_member(error, "type");
  report.code = code_of(error);
  report.param = text_member(error, "param");
  const json& inner = first_of(error, {"innererror", "inner_error"});
  report.inner_code = text_member(inner, "code");
  if (report.inner_code.empty()) report.inner_code = google_reason(error);
  report.categories =
      filtered_categories(first_of(inner, {"content_filter_result", "content_filter_results"}));
  if (report.message.empty()) report.message = (error.is_null() ? value : error).dump();
  return report;
}

Report report_of(std::string_view body) {
  const json value = parse_reply(body);
  if (!value.is_discarded() && value.is_structured()) return report_of(value);
  Report report;
  report.is_page = trim(body).starts_with('<');
  if (!report.is_page) report.message = trim(body);
  return report;
}

std::optional<int> as_status(std::string_view code) {
  int status = 0;
  const auto [end, problem] = std::from_chars(code.data(), code.data() + code.size(), status);
  const bool is_status =
      problem == std::errc{} && end == code.data() + code.size() && status >= 400 && status < 600;
  return is_status ? std::optional(status) : std::nullopt;
}

Kind kind_of(const http::ReplyHead& head, const Report& report) {
  for (const std::string_view name :
       {std::string_view(report.inner_code), std::string_view(report.code),
        std::string_view(report.type)}) {
    if (const auto kind = find_kind(telling, name)) return *kind;
  }
  if (head.status >= 300) return kind_of_status(head.status);
  if (const auto status = as_status(report.code)) return kind_of_status(*status);
  return find_kind(types, report.type).value_or(Kind::server);
}

/// What to change, where the same mistake is made again and again.
std::string advice_for(const http::ReplyHead& head, const Report& report) {
  const bool is_unknown =
      report.code == "unsupported_parameter" || report.code == "unknown_parameter";
  if (is_unknown && report.param == "max_tokens")
    return "set configuration.max_tokens_field to 'max_completion_tokens'";
  if (is_unknown && report.param == "max_completion_tokens")
    return "set configuration.max_tokens_field to 'max_tokens'";
  if (report.code == "DeploymentNotFound")
    return "no deployment of that name, or it is less than five minutes old: see "
           "configuration.deployment";
  if (head.status == 404 && report.code == "404" && report.type.empty())
    return "wrong path or version: see configuration.base_url and api_version";
  if (head.status >= 300 && head.status < 400)
    return "redirections are not followed: see configuration.base_url";
  return {};
}

/// The server's words with what else identifies the error.
std::string describe(const http::ReplyHead& head, const Report& report) {
  std::string text = report.message;
  if (report.is_page) text = fmt::format("HTTP status {} with a page of HTML", head.status);
  if (text.empty()) text = fmt::format("HTTP status {}", head.status);
  std::string label = as_status(report.code) || report.code.empty() ? report.type : report.code;
  if (!report.param.empty())
    label += fmt::format("{}parameter '{}'", label.empty() ? "" : ", ", report.param);
  if (!report.categories.empty())
    label += fmt::format("{}filtered: {}", label.empty() ? "" : ", ", report.categories);
  if (!label.empty()) text += fmt::format(" ({})", label);
  if (const std::string advice = advice_for(head, report); !advice.empty()) text += "; " + advice;
  return text;
}

/// "6m0s", "12ms", or as Azure has it a plain number of seconds.
std::optional<Duration> parse_reset(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 7> units{
      {{"ms", 1e3}, {"us", 1}, {"\u00b5s", 1}, {"ns", 1e-3}, {"h", 3.6e9}, {"m", 6e7}, {"s", 1e6}}};
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos)
    return parse_duration(std::string(text) + "s");
  double microseconds = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (problem != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = std::ranges::find_if(
        units, [&](const auto& known) { return text.starts_with(known.first); });
    if (unit == units.end()) return std::nullopt;
    microseconds += number * unit->second;
    text.remove_prefix(unit->first.size());
  }
  return microseconds < 1e15 ? std::optional(Duration(static_cast<std::int64_t>(microseconds)))
                             : std::nullopt;
}

/// When the limit is lifted that was reached, where the server says nothing else: the longest one
/// of those of which nothing remains, or for which no rest is named.
std::optional<Duration> wait_for_reset(const http::Headers& headers) {
  std::optional<Duration> longest;
  for (const std::string_view prefix : {"x-ratelimit-", "x-rate-limit-"}) {
    for (const std::string_view limit : {"requests", "tokens"}) {
      const auto reset = http::find_header(headers, fmt::format("{}reset-{}", prefix, limit));
      const auto rest = http::find_header(headers, fmt::format("{}remaining-{}", prefix, limit));
      if (!reset || (rest && trim(*rest) != "0")) continue;
      const auto wait = parse_reset(trim(*reset));
      if (wait && *wait > Duration::zero()) longest = std::max(longest.value_or(*wait), *wait);
    }
  }
  return longest;
}

ProviderResult failed_report(const http::ReplyHead& head, const Report& report, Timestamp now) {
  ProviderResult result = failed_reply(head, kind_of(head, report), describe(head, report), now);
  ProviderError& error = *result.error;
  if (error.kind == Kind::rate_limited) {
    if (!error.advised_wait) error.advised_wait = wait_for_reset(head.headers);
    // One request that is larger than the limit of a minute never passes, and has no code of its
    // own.
    if (report.message.starts_with("Request too large")) error.retryable = false;
  }
  return result;
}

}  // namespace

bool is_error(const json& value) {
  if (value.is_array()) return value.size() == 1 && is_error(value.front());
  const json& error = member(value, "error");
  if (error.is_object() && !error.empty()) return true;
  if (error.is_string() && !error.get_ref<const std::string&>().empty()) return true;
  return (text_member(value, "object") == "error" || value.contains("statusCode")) &&
         member(value, "message").is_string();
}

ProviderResult failed_body(const http::ReplyHead& head, std::string_view body, Timestamp now) {
  return failed_report(head, report_of(body), now);
}

ProviderResult failed_value(const http::ReplyHead& head, const json& value, Timestamp now) {
  return failed_report(head, report_of(value), now);
}

std::string filtered_categories(const json& filter_results) {
  std::string names;
  if (!filter_results.is_object()) return names;
  for (const auto& [category, verdict] : filter_results.items()) {
    if (member(verdict, "filtered") != true) continue;
    if (!names.empty()) names += ", ";
    names += category;
  }
  return names;
}

}  // namespace llmctl::providers::openai
