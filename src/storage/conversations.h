#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/records.h"
#include "storage/database.h"
#include "storage/page.h"

/// Tables conversations and messages.
namespace llmctl::storage {

// ---- conversations

/// Deleted ones too.
std::optional<model::Conversation> find_conversation(Database& database, const Uuid& id);
/// Of all, deleted ones too; sorted.
std::vector<Uuid> all_conversation_ids(Database& database);
void insert_conversation(Database& database, const model::Conversation& conversation);
/// Writes model_id, the two primaries and updated_at.
void update_conversation(Database& database, const model::Conversation& conversation);
/// Deletes the rows of a conversation and of its messages.
void remove_conversation(Database& database, const Uuid& id);
/// Inserts it, or gives the one of that id these values, the times too.
void save_conversation(Database& database, const model::Conversation& conversation);
/// Soft: sets deleted_at on it and on its messages that have none. Returns how many messages.
std::int64_t delete_conversation(Database& database, const Uuid& id, Timestamp now);
/// Clears deleted_at on it and on the messages that were deleted with it. Returns how many
/// messages.
std::int64_t restore_conversation(Database& database, const Uuid& id, Timestamp deleted_at);

struct ConversationQuery {
  std::optional<std::string> agent;
  std::optional<std::string> llm;
  bool deleted = false;  ///< the soft-deleted ones instead of the others
};
struct ConversationSummary {
  model::Conversation conversation;
  std::int64_t messages =
      0;  ///< not counting soft-deleted ones, unless the conversation is deleted
  std::int64_t pending = 0;
};
struct ConversationList {
  std::vector<ConversationSummary> entries;
  std::string next_cursor;  ///< empty at the end
};
/// By the time of the last change, latest first.
ConversationList list_conversations(Database& database, const ConversationQuery& query,
                                    const Page& page);

/// Ids whose hex form ends in `hex` (lower case), of conversations or messages; at most `limit`.
std::vector<Uuid> conversation_ids_ending_in(Database& database, std::string_view hex,
                                             std::int64_t limit);
std::vector<Uuid> message_ids_ending_in(Database& database, std::string_view hex,
                                        std::int64_t limit);

// ---- messages

void insert_message(Database& database, const model::Message& message);
/// Deletes a message of this conversation, if there is one of that id.
void remove_message(Database& database, const Uuid& id, const Uuid& conversation);
/// Inserts it, or gives the one of that id these values, the times too. False, and nothing done,
/// when the id is that of another conversation's message.
bool save_message(Database& database, const model::Message& message);
std::optional<model::Message> find_message(Database& database, const Uuid& id);
/// In order; soft-deleted ones only on request.
std::vector<model::Message> messages_of(Database& database, const Uuid& conversation,
                                        bool with_deleted);
/// What a provider may see of a conversation, in order, up to and including `last`: nothing
/// deleted, blocked or pending.
std::vector<model::Message> history_until(Database& database, const model::Message& last);
/// created_at of the conversation's newest message.
std::optional<Timestamp> latest_message_time(Database& database, const Uuid& conversation);
/// Oldest first; of one conversation or of all that are not deleted.
std::vector<model::Message> pending_messages(Database& database,
                                             const std::optional<Uuid>& conversation);
/// The LLM of the conversation's newest assistant message that has one.
std::optional<std::string> latest_assistant_llm(Database& database, const Uuid& conversation);
/// Whether an assistant message that is complete is newer than `message` in its conversation.
bool has_newer_answer(Database& database, const model::Message& message);
/// Gives a pending message its content. False, and nothing written, when it is not pending any
/// more.
bool complete_message(Database& database, const Uuid& id, std::string_view content);

}  // namespace llmctl::storage
