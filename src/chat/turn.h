#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "chat/runtime.h"
#include "model/records.h"

namespace llmctl::chat {

struct TurnRequest {
  std::optional<Uuid> conversation;  ///< absent: a new one
  std::optional<std::string> agent;  ///< id; becomes the conversation's primary agent
  std::optional<std::string>
      llm;  ///< id or unique model_identifier; becomes the conversation's primary LLM
  std::optional<std::string> system;  ///< stored as a system message before the user's
  std::string message;
  std::string actor;
  int retries = 2;
  bool wait = true;  ///< for a pending answer, as long as the timeout allows
  Duration timeout = std::chrono::minutes(10);
  providers::StreamSink* sink = nullptr;  ///< who is shown the answer as it arrives
};

struct TurnResult {
  model::Conversation conversation;
  model::Message user_message;
  std::optional<model::Message> assistant_message;  ///< pending ones too
  std::optional<model::Agent> agent;
  model::Attempt attempt;           ///< the one that answered, or is to answer
  std::optional<Error> not_stored;  ///< the answer was received, but the database did not take it
};

/// One turn: stores the message, asks the provider, stores the answer. Every attempt leaves a row,
/// committed before the provider is asked. Throws Error: not_found, refused, invalid_data,
/// configuration before anything is stored; unavailable or provider_refused (named after the
/// provider's error kind) when no answer came; answer_pending when the timeout passed while waiting
/// for one.
TurnResult send(Runtime& runtime, const TurnRequest& request);

}  // namespace llmctl::chat
