#include "audit/trail.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/attempts.h"
#include "storage/conversations.h"
#include "storage/page.h"
#include "storage/revisions.h"

namespace llmctl::audit {
namespace {

using storage::Conditions;
using storage::Database;
using storage::Row;

constexpr std::string_view message_columns =
    "m.id, m.conversation_id, m.role, m.content, m.agent_id, m.llm_provider_id, m.pending, "
    "m.blocked, m.created_at, "
    "m.deleted_at";
constexpr int message_column_count = 10;

/// The attempt that belongs on a message's row: an answer's own, else the last of a turn that has
/// no answer.
constexpr std::string_view join_attempt =
    " LEFT JOIN llmctl_attempts a ON a.id = CASE WHEN m.role = 'user' THEN "
    "(SELECT b.id FROM llmctl_attempts b WHERE b.user_message_id = m.id ORDER BY b.hop DESC, b.id "
    "DESC LIMIT 1) ELSE "
    "(SELECT b.id FROM llmctl_attempts b WHERE b.assistant_message_id = m.id ORDER BY b.started_at "
    "DESC, b.id DESC "
    "LIMIT 1) END AND (m.role <> 'user' OR a.assistant_message_id IS NULL)";

MessageEntry read_entry(const Row& row) {
  MessageEntry entry;
  model::Message& m = entry.message;
  m.id = row.uuid(0);
  m.conversation_id = row.uuid(1);
  m.role = row.text(2);
  m.content = row.text(3);
  m.agent = row.maybe<std::string>(4);
  m.llm_provider = row.maybe<std::string>(5);
  m.pending = row.boolean(6);
  m.blocked = row.boolean(7);
  m.created_at = row.timestamp(8);
  m.deleted_at = row.maybe<Timestamp>(9);
  if (!row.is_null(message_column_count))
    entry.attempt = storage::read_attempt(row, message_column_count);
  return entry;
}

Conditions message_conditions(const Filter& filter) {
  Conditions conditions;
  conditions.add(filter.deleted ? "m.deleted_at IS NOT NULL" : "m.deleted_at IS NULL");
  conditions.add_if("m.conversation_id = ?", filter.conversation);
  // What has no answer stands on the user's row, which carries no agent and no LLM of its own.
  conditions.add_if(filter.status ? "COALESCE(m.agent_id, a.agent_id) = ?" : "m.agent_id = ?",
                    filter.agent);
  conditions.add_if(filter.status ? "COALESCE(m.llm_provider_id, a.llm_provider_id) = ?"
                                  : "m.llm_provider_id = ?",
                    filter.llm);
  conditions.add_if("m.role = ?", filter.role);
  conditions.add_if("m.created_at >= ?", filter.since);
  conditions.add_if("m.created_at < ?", filter.until);
  if (filter.blocked) conditions.add("m.blocked = TRUE");
  conditions.add_if("a.status = ?", filter.status);
  conditions.add_if("a.actor = ?", filter.actor);
  return conditions;
}

Conditions attempt_conditions(const Filter& filter) {
  Conditions conditions;
  conditions.add_if("a.conversation_id = ?", filter.conversation);
  conditions.add_if("a.agent_id = ?", filter.agent);
  conditions.add_if("a.llm_provider_id = ?", filter.llm);
  conditions.add_if("a.started_at >= ?", filter.since);
  conditions.add_if("a.started_at < ?", filter.until);
  conditions.add_if("a.status = ?", filter.status);
  conditions.add_if("a.actor = ?", filter.actor);
  return conditions;
}

}  // namespace

MessageList list_messages(Database& database, const Filter& filter, const storage::Page& page) {
  Conditions conditions = message_conditions(filter);
  const std::string order = storage::order_and_limit(conditions, page, "m.created_at", "m.id");
  MessageList list;
  list.entries = storage::collect(
      database,
      fmt::format("SELECT {}, {} FROM messages m{}{}{}", message_columns,
                  storage::attempt_columns("a"), join_attempt, conditions.text(), order),
      conditions.values(), read_entry);
  if (storage::trim_to_page(list.entries, page)) {
    list.next_cursor = storage::make_cursor(list.entries.back().message.created_at,
                                            list.entries.back().message.id);
  }
  return list;
}

AttemptList list_attempts(Database& database, const Filter& filter, const storage::Page& page) {
  Conditions conditions = attempt_conditions(filter);
  const std::string order = storage::order_and_limit(conditions, page, "a.started_at", "a.id");
  AttemptList list;
  list.attempts = storage::collect(
      database,
      fmt::format("SELECT {} FROM llmctl_attempts a{}{}", storage::attempt_columns("a"),
                  conditions.text(), order),
      conditions.values(), [](const Row& row) { return storage::read_attempt(row); });
  if (storage::trim_to_page(list.attempts, page)) {
    list.next_cursor =
        storage::make_cursor(list.attempts.back().started_at, list.attempts.back().id);
  }
  return list;
}

MessageStory tell_story(Database& database, const Uuid& id) {
  auto message = storage::find_message(database, id);
  if (!message) {
    throw Error(ErrorKind::not_found, fmt::format("no message '{}'", to_string(id)),
                "llmctl audit list");
  }
  MessageStory story;
  story.message = *message;
  story.conversation = storage::find_conversation(database, message->conversation_id)
                           .value_or(model::Conversation{});
  story.attempts = storage::attempts_of_message(database, id);
  if (story.attempts.empty()) return story;
  const model::Attempt& last = story.attempts.back();
  if (last.agent_revision)
    story.agent_revision = storage::find_revision(database, *last.agent_revision);
  if (last.llm_revision) story.llm_revision = storage::find_revision(database, *last.llm_revision);
  return story;
}

}  // namespace llmctl::audit
