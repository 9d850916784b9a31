#include "providers/messages_error.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "base/text.h"
#include "providers/http_error.h"
#include "providers/reply_json.h"

namespace llmctl::providers::messages {
namespace {

using nlohmann::json;
using Kind = ProviderErrorKind;

struct Named {
  std::string_view name;
  Kind kind;
};
constexpr std::array<Named, 11> types{{
    {"invalid_request_error", Kind::invalid_request},
    {"authentication_error", Kind::auth},
    {"billing_error", Kind::quota},
    {"permission_error", Kind::auth},
    {"not_found_error", Kind::not_found},
    {"conflict_error", Kind::server},
    {"request_too_large", Kind::invalid_request},
    {"rate_limit_error", Kind::rate_limited},
    {"api_error", Kind::server},
    {"timeout_error", Kind::timeout},
    {"overloaded_error", Kind::overloaded},
}};

constexpr std::array<std::string_view, 5> quota_words{"credit balance", "usage limit",
                                                      "spend limit", "spending limit", "billing"};
constexpr std::array<std::string_view, 5> context_words{
    "prompt is too long", "input is too long", "context window", "context limit", "context length"};

bool has_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

Kind kind_of(const http::ReplyHead& head, std::string_view type) {
  const auto* const found = std::ranges::find(types, type, &Named::name);
  // invalid_request_error stands in for whatever else is the caller's fault.
  const bool is_plain = found == types.end() || found->kind == Kind::invalid_request;
  return is_plain && head.status >= 300 ? kind_of_status(head.status)
         : found == types.end()         ? Kind::server
                                        : found->kind;
}

}  // namespace

bool is_error(const json& value) {
  return text_member(value, "type") == "error" || member(value, "error").is_object();
}

Kind refine_kind(Kind kind, std::string_view message, bool may_wait) {
  const std::string text = to_lower_ascii(message);
  const bool is_limited = kind == Kind::rate_limited && !may_wait;
  if ((kind == Kind::invalid_request || is_limited) && has_one_of(text, quota_words))
    return Kind::quota;
  if (kind == Kind::invalid_request && has_one_of(text, context_words)) return Kind::context_length;
  return kind;
}

ProviderResult failed_answer(const http::ReplyHead& head, const json& value, Timestamp now) {
  const json& error = member(value, "error");
  const std::string message = text_member(error, "message");
  const Kind kind = kind_of(head, text_member(error, "type"));
  const bool may_wait = advised_wait(head.headers, now).has_value();
  ProviderResult result = failed_reply(head, refine_kind(kind, message, may_wait), message, now);
  result.request_id = text_member(value, "request_id");
  return result;
}

ProviderResult failed_answer(const http::ReplyHead& head, std::string_view body, Timestamp now) {
  const json value = parse_reply(body);
  if (is_error(value)) return failed_answer(head, value, now);
  // A page of HTML is from something in front of the server, and says nothing more.
  const std::string_view message = trim(body).starts_with('<') ? std::string_view{} : body;
  return failed_reply(head, kind_of_status(head.status), message, now);
}

}  // namespace llmctl::providers::messages
