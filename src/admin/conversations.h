#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "model/records.h"
#include "storage/database.h"

namespace llmctl::admin {

struct ConversationDetail {
  model::Conversation conversation;
  std::vector<model::Message> messages;  ///< in order; of a deleted conversation all of them
};
/// Deleted ones too. Throws Error(not_found).
ConversationDetail show_conversation(storage::Database& database, const Uuid& id);

struct ConversationChange {
  Uuid id;
  bool deleted = false;       ///< how it stands now
  bool changed = false;       ///< false: it stood so already
  std::int64_t messages = 0;  ///< that were deleted or restored with it
};
/// Soft: the rows stay, and restore brings them back.
ConversationChange delete_conversation(storage::Database& database, const Uuid& id, Timestamp now);
ConversationChange restore_conversation(storage::Database& database, const Uuid& id);

}  // namespace llmctl::admin
