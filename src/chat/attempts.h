#pragma once

#include <optional>

#include "base/error.h"
#include "chat/runtime.h"
#include "model/records.h"

namespace llmctl::chat {

/// Fills in what a provider's result says of the attempt: status, model, usage, cost, error, state
/// and times. `elapsed` is what the call took.
void record_result(model::Attempt& attempt, const providers::ProviderResult& result,
                   const std::optional<model::LlmProvider>& llm, Timestamp now, Duration elapsed);

/// The error that ends the command when a turn failed: 69 for what may pass, 76 for what will not.
Error error_of(const model::Attempt& attempt);

struct AttemptOptions {
  int retries = 2;                        ///< after the first try, for errors that may pass
  Duration total_timeout{};               ///< of all tries and the pauses between them
  providers::StreamSink* sink = nullptr;  ///< who is shown a streamed answer as it arrives
};

struct Outcome {
  model::Attempt attempt;  ///< the last one, not yet stored as finished unless it failed
  providers::ProviderResult result;
};

/// The one loop for retries: asks the provider, and again after a pause while the error may pass.
/// `first` is stored already; every further try gets its row before its request, and every failed
/// one its error. There is no further try once text was shown. The last attempt's row is finished
/// by the caller when it did not fail. Throws Error(interrupted or terminated) after a signal, when
/// the attempt's row says cancelled.
Outcome run_attempts(Runtime& runtime, providers::Provider& provider, model::Attempt first,
                     const std::optional<model::LlmProvider>& llm, const providers::Turn& turn,
                     const AttemptOptions& options);

}  // namespace llmctl::chat
