#pragma once

#include <string_view>

#include "providers/provider.h"

/// What Amazon Bedrock says when it does not answer.
namespace llmctl::providers::bedrock {

/// The failed result of a reply whose status is no success. `sent_at` is told beside the server's
/// date where clocks may be the reason.
ProviderResult failed_answer(const http::ReplyHead& head, std::string_view body, Timestamp sent_at,
                             Timestamp now);

/// The same of an exception within a stream, such as "throttlingException".
ProviderResult failed_exception(const http::ReplyHead& head, std::string_view type,
                                std::string_view payload, Timestamp now);

}  // namespace llmctl::providers::bedrock
