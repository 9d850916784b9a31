#pragma once

#include <functional>
#include <memory>

#include "providers/provider.h"

namespace llmctl::providers::bedrock {

/// Reads the reply to InvokeModel or InvokeModelWithResponseStream. `sent_at` is when the request
/// was signed.
std::unique_ptr<ReplyReader> make_reader(Timestamp sent_at, std::function<Timestamp()> now);

}  // namespace llmctl::providers::bedrock
