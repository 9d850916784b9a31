#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chat/participants.h"
#include "chat/runtime.h"
#include "model/records.h"

namespace llmctl::chat {

/// UTF-8 bytes; more than any model reads.
inline constexpr std::size_t longest_message = 8'000'000;

/// Throws Error(invalid_data) for what no conversation may hold: nothing, too much, NUL bytes,
/// invalid UTF-8.
void require_valid_message(std::string_view text, std::string_view what);

/// The conversation of this id. Throws Error(not_found), for a deleted one too.
model::Conversation open_conversation(storage::Database& database, const Uuid& id);

/// A conversation that is not stored yet, titled after its first message.
model::Conversation make_conversation(Runtime& runtime, std::string_view first_message);

/// The agent and LLM that were named, or defaulted to, stay with the conversation.
void remember_participants(model::Conversation& conversation, const Participants& who);

/// A message that is not stored yet, later than every other of its conversation also when the clock
/// went backwards.
model::Message make_message(Runtime& runtime, const Uuid& conversation, std::string_view role,
                            std::string_view content);

struct NewConversation {
  std::string title;                 ///< empty: "New chat"
  std::optional<std::string> agent;  ///< id
  std::optional<std::string> llm;    ///< id or unique model_identifier
};
/// Stores an empty conversation. Throws Error: not_found and refused as a turn would, invalid_data
/// for a title that is longer than 255 characters or no text.
model::Conversation create_conversation(Runtime& runtime, const NewConversation& request);

}  // namespace llmctl::chat
