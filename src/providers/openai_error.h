#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "providers/provider.h"

/// What servers of chat completions say when they do not answer.
namespace llmctl::providers::openai {

/// Whether a body or an event is an error, whatever the status: {"error": …}, or the flat forms of
/// gateways, {"object": "error", "message"} and {"statusCode", "message"}.
bool is_error(const nlohmann::json& value);

/// The failed result of a reply whose body was not understood as an answer.
ProviderResult failed_body(const http::ReplyHead& head, std::string_view body, Timestamp now);
/// The same of a value for which is_error holds.
ProviderResult failed_value(const http::ReplyHead& head, const nlohmann::json& value,
                            Timestamp now);

/// "hate, violence": the categories that a content filter of Azure's objected to; may be empty.
std::string filtered_categories(const nlohmann::json& filter_results);

}  // namespace llmctl::providers::openai
