#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/records.h"
#include "storage/database.h"
#include "storage/page.h"

/// The audit trail: which agent and which LLM produced every message, at what cost.
namespace llmctl::audit {

/// What a listing is narrowed to; filters are combined with "and".
struct Filter {
  std::optional<Timestamp> since;
  std::optional<Timestamp> until;  ///< not included
  std::optional<std::string> agent;
  std::optional<std::string> llm;
  std::optional<Uuid> conversation;
  std::optional<std::string> status;  ///< of the turn's last attempt
  std::optional<std::string> actor;
  std::optional<std::string> role;  ///< messages only, as are the next two
  bool blocked = false;             ///< only blocked ones
  bool deleted = false;             ///< only soft-deleted ones, instead of the others
};

struct MessageEntry {
  model::Message message;
  std::optional<model::Attempt>
      attempt;  ///< the answer's; of a user's message the last one of a turn without answer
};
struct MessageList {
  std::vector<MessageEntry> entries;
  std::string next_cursor;  ///< empty at the end
};

struct AttemptList {
  std::vector<model::Attempt> attempts;
  std::string next_cursor;
};

/// Newest first, ordered by time and id. Throws Error(usage) for a cursor that no listing printed.
MessageList list_messages(storage::Database& database, const Filter& filter,
                          const storage::Page& page);
/// One entry per provider call, by the time it started.
AttemptList list_attempts(storage::Database& database, const Filter& filter,
                          const storage::Page& page);

/// Everything about one message.
struct MessageStory {
  model::Message message;
  model::Conversation conversation;
  std::vector<model::Attempt> attempts;           ///< of its turn, in order
  std::optional<model::Revision> agent_revision;  ///< as they were for the last of them
  std::optional<model::Revision> llm_revision;
};
/// Throws Error(not_found).
MessageStory tell_story(storage::Database& database, const Uuid& message);

}  // namespace llmctl::audit
