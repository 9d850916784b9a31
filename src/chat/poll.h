#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "chat/runtime.h"
#include "model/records.h"

namespace llmctl::chat {

enum class PollStatus {
  completed,  ///< this poll brought the answer
  pending,    ///< still no answer
  idle,       ///< the conversation waits for nothing
  failed,     ///< this poll found out that no answer will come, or could not ask
  dead,       ///< an earlier one did
};
std::string_view status_name(PollStatus status);

struct PollOutcome {
  Uuid conversation_id;
  std::optional<Uuid> message_id;  ///< absent when idle
  PollStatus status = PollStatus::idle;
  std::optional<std::string> llm;
  std::optional<model::Attempt> attempt;
  std::string note;                ///< why it stands so, when that is not plain
  std::optional<ErrorKind> error;  ///< failed only: what the exit code is to be
};

struct PollRequest {
  std::vector<Uuid> conversations;  ///< empty: every conversation that waits for an answer
  std::string actor;
};

/// Asks once for every pending message of the conversations. Throws Error(not_found) for an unknown
/// conversation.
std::vector<PollOutcome> poll(Runtime& runtime, const PollRequest& request);

/// Asks once for one pending message. Two callers at once ask once: the lease decides who, and an
/// answer is stored only while the message is still pending.
PollOutcome poll_message(Runtime& runtime, const model::Message& message, const std::string& actor);

}  // namespace llmctl::chat
