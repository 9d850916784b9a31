#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "providers/provider.h"

/// What servers of Messages say when they do not answer.
namespace llmctl::providers::messages {

/// {"type": "error", …}, whatever the status.
bool is_error(const nlohmann::json& value);

/// The failed result of a reply whose body is such an error, or none at all.
ProviderResult failed_answer(const http::ReplyHead& head, std::string_view body, Timestamp now);
/// The same of a value for which is_error holds.
ProviderResult failed_answer(const http::ReplyHead& head, const nlohmann::json& value,
                             Timestamp now);

/// quota or context_length where the message says so, else the same kind: neither has a type of its
/// own. `may_wait`: the server says when to ask again, so that no budget is used up.
ProviderErrorKind refine_kind(ProviderErrorKind kind, std::string_view message, bool may_wait);

}  // namespace llmctl::providers::messages
