#pragma once

#include <memory>
#include <optional>

#include "providers/provider.h"

namespace llmctl::providers {

/// Answers without a network: `Dummy response from {agent} using {LLM}: {first 200 code points of
/// the user's message}`.
///
/// `configuration.script` makes a test double of it:
///   reply: text; {message}, {agent}, {llm} and {turn} (counted from 1) are filled in
///   tokens: {input, output, cache_read, cache_write, reasoning}: whole numbers
///   latency: a duration such as "250ms"
///   pending_polls: N            the answer is pending, and complete at the Nth poll
///   fail: {kind, http_status, message, times, every}
///                               times: only the first N tries of a turn; every: only each Nth turn
///   sequence: [one mapping of the above for each turn]; the last one serves all further turns
/// Throws Error(configuration) that names the key for a script it does not understand.
std::unique_ptr<Provider> make_dummy(const std::optional<model::LlmProvider>& llm);

}  // namespace llmctl::providers
