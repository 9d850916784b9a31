#include "providers/bedrock_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"
#include "providers/http_error.h"
#include "providers/messages_error.h"
#include "providers/reply_json.h"

namespace llmctl::providers::bedrock {
namespace {

using nlohmann::json;
using Kind = ProviderErrorKind;

struct Named {
  std::string_view name;  ///< lower case, without "exception" at its end
  Kind kind;
};
constexpr std::array<Named, 22> types{{
    {"validation", Kind::invalid_request},    {"accessdenied", Kind::auth},
    {"resourcenotfound", Kind::not_found},    {"throttling", Kind::rate_limited},
    {"toomanyrequests", Kind::rate_limited},  {"modelnotready", Kind::overloaded},
    {"modeltimeout", Kind::timeout},          {"modelerror", Kind::server},
    {"modelstreamerror", Kind::server},       {"internalserver", Kind::server},
    {"serviceunavailable", Kind::overloaded}, {"servicequotaexceeded", Kind::quota},
    {"conflict", Kind::invalid_request},      {"expiredtoken", Kind::auth},
    {"unrecognizedclient", Kind::auth},       {"invalidclienttokenid", Kind::auth},
    {"invalidsignature", Kind::auth},         {"signaturedoesnotmatch", Kind::auth},
    {"incompletesignature", Kind::auth},      {"missingauthenticationtoken", Kind::auth},
    {"requestexpired", Kind::auth},           {"ftuformnotfilled", Kind::not_found},
}};

/// For which a wrong clock is a usual reason.
constexpr std::array<std::string_view, 3> of_clocks{"invalidsignature", "signaturedoesnotmatch",
                                                    "requestexpired"};

std::string bare(std::string_view type) {
  std::string name = to_lower_ascii(type);
  constexpr std::string_view ending = "exception";
  if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  return name;
}

/// "ns#Type:http://…" is Type.
std::string_view type_of(std::string_view text) {
  text = text.substr(0, text.find(':'));
  return trim(text.substr(text.find('#') + 1));
}

struct Report {
  std::string type;
  std::string message;
};

Report report_of(const http::ReplyHead& head, std::string_view body) {
  const json value = parse_reply(body);
  Report report;
  report.type = type_of(http::find_header(head.headers, "x-amzn-ErrorType").value_or(""));
  for (const char* const key : {"__type", "code"}) {
    // In a body, what precedes the '#' may have colons.
    const std::string type = text_member(value, key);
    if (report.type.empty()) report.type = type.substr(type.find('#') + 1);
  }
  for (const char* const key : {"message", "Message"}) {
    if (report.message.empty()) report.message = text_member(value, key);
  }
  if (!value.is_object() && !trim(body).starts_with('<')) report.message = body;
  if (const auto status = count_member(value, "originalStatusCode"))
    report.message += fmt::format(" (the model's status {})", *status);
  return report;
}

ProviderResult failed(const http::ReplyHead& head, const Report& report, Timestamp now) {
  const auto* const found = std::ranges::find(types, bare(report.type), &Named::name);
  const Kind kind = found != types.end() ? found->kind
                    : head.status >= 300 ? kind_of_status(head.status)
                                         : Kind::server;
  std::string message = report.message;
  if (!report.type.empty())
    message = message.empty() ? report.type : fmt::format("{}: {}", report.type, message);
  // Budgets have a type of their own here, so what is throttled may be asked again.
  const Kind refined = messages::refine_kind(kind, report.message, true);
  return failed_reply(head, refined, message, now);
}

}  // namespace

ProviderResult failed_answer(const http::ReplyHead& head, std::string_view body, Timestamp sent_at,
                             Timestamp now) {
  Report report = report_of(head, body);
  const bool is_of_clocks = std::ranges::find(of_clocks, bare(report.type)) != of_clocks.end() ||
                            report.message.find("ignature expired") != std::string::npos;
  const auto date = http::find_header(head.headers, "Date");
  if (is_of_clocks && date) {
    report.message += fmt::format(" (signed at {} by this machine's clock; the server's: {})",
                                  to_rfc3339(sent_at), *date);
  }
  return failed(head, report, now);
}

ProviderResult failed_exception(const http::ReplyHead& head, std::string_view type,
                                std::string_view payload, Timestamp now) {
  Report report = report_of({head.status, {}}, payload);
  report.type = type;
  return failed(head, report, now);
}

}  // namespace llmctl::providers::bedrock
