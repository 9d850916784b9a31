#include "admin/conversations.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/conversations.h"

namespace llmctl::admin {
namespace {

using model::Conversation;
using storage::Database;

Conversation require_conversation(Database& database, const Uuid& id) {
  if (auto conversation = storage::find_conversation(database, id)) return *conversation;
  throw Error(ErrorKind::not_found, fmt::format("no conversation '{}'", to_string(id)),
              "llmctl conversation list");
}

}  // namespace

ConversationDetail show_conversation(Database& database, const Uuid& id) {
  ConversationDetail detail{require_conversation(database, id), {}};
  detail.messages = storage::messages_of(database, id, detail.conversation.deleted_at.has_value());
  return detail;
}

ConversationChange delete_conversation(Database& database, const Uuid& id, Timestamp now) {
  storage::Transaction transaction(database);
  ConversationChange change{id, true, false, 0};
  if (require_conversation(database, id).deleted_at) return change;
  change.messages = storage::delete_conversation(database, id, now);
  change.changed = true;
  transaction.commit();
  return change;
}

ConversationChange restore_conversation(Database& database, const Uuid& id) {
  storage::Transaction transaction(database);
  ConversationChange change{id, false, false, 0};
  const Conversation conversation = require_conversation(database, id);
  if (!conversation.deleted_at) return change;
  change.messages = storage::restore_conversation(database, id, *conversation.deleted_at);
  change.changed = true;
  transaction.commit();
  return change;
}

}  // namespace llmctl::admin
