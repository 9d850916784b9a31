#include "storage/conversations.h"

#include <fmt/format.h>

#include "storage/read_row.h"

namespace llmctl::storage {
namespace {

using model::Conversation;
using model::Message;

constexpr std::string_view conversation_columns =
    "id, title, model_id, primary_agent_id, primary_llm_id, created_at, updated_at, deleted_at";

Conversation read_conversation(const Row& row) {
  return read_row(row, "conversations", 0, [](const Row& columns) {
    return Conversation{columns.uuid(0),
                        columns.text(1),
                        columns.text(2),
                        columns.maybe<std::string>(3),
                        columns.maybe<std::string>(4),
                        columns.timestamp(5),
                        columns.timestamp(6),
                        columns.maybe<Timestamp>(7)};
  });
}

constexpr std::string_view message_columns =
    "id, conversation_id, role, content, agent_id, llm_provider_id, protegrity_data, pending, "
    "blocked, created_at, "
    "deleted_at";

Message read_message(const Row& row) {
  return read_row(row, "messages", 0, [](const Row& columns) {
    return Message{columns.uuid(0),
                   columns.uuid(1),
                   columns.text(2),
                   columns.text(3),
                   columns.maybe<std::string>(4),
                   columns.maybe<std::string>(5),
                   columns.maybe<JsonText>(6),
                   columns.boolean(7),
                   columns.boolean(8),
                   columns.timestamp(9),
                   columns.maybe<Timestamp>(10)};
  });
}

std::vector<Message> select_messages(Database& database, std::string_view condition,
                                     const Values& values) {
  return collect(database,
                 fmt::format("SELECT {} FROM messages WHERE {} ORDER BY created_at, id",
                             message_columns, condition),
                 values, read_message);
}

std::vector<Uuid> ids_ending_in(Database& database, std::string_view table, std::string_view hex,
                                std::int64_t limit) {
  return collect(database,
                 fmt::format("SELECT id FROM {} WHERE id LIKE ?1 ORDER BY id LIMIT ?2", table),
                 {"%" + std::string(hex), limit}, [](const Row& row) { return row.uuid(0); });
}

}  // namespace

std::optional<Conversation> find_conversation(Database& database, const Uuid& id) {
  static const std::string sql =
      fmt::format("SELECT {} FROM conversations WHERE id = ?1", conversation_columns);
  return find_one(database, sql, {id}, read_conversation);
}

std::vector<Uuid> all_conversation_ids(Database& database) {
  return collect(database, "SELECT id FROM conversations ORDER BY id", {},
                 [](const Row& row) { return row.uuid(0); });
}

void insert_conversation(Database& database, const Conversation& conversation) {
  static const std::string sql =
      fmt::format("INSERT INTO conversations ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                  conversation_columns);
  database.execute(
      sql, {conversation.id, conversation.title, conversation.model_id, conversation.primary_agent,
            conversation.primary_llm, conversation.created_at, conversation.updated_at,
            conversation.deleted_at});
}

void save_conversation(Database& database, const Conversation& conversation) {
  database.execute(
      "INSERT INTO conversations (id, title, model_id, primary_agent_id, primary_llm_id, "
      "created_at, updated_at, deleted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
      "ON CONFLICT (id) DO UPDATE SET title = excluded.title, model_id = excluded.model_id, "
      "primary_agent_id = excluded.primary_agent_id, primary_llm_id = excluded.primary_llm_id, "
      "created_at = excluded.created_at, updated_at = excluded.updated_at, "
      "deleted_at = excluded.deleted_at",
      {conversation.id, conversation.title, conversation.model_id, conversation.primary_agent,
       conversation.primary_llm, conversation.created_at, conversation.updated_at,
       conversation.deleted_at});
}

void update_conversation(Database& database, const Conversation& conversation) {
  database.execute(
      "UPDATE conversations SET model_id = ?2, primary_agent_id = ?3, primary_llm_id = ?4, "
      "updated_at = ?5 "
      "WHERE id = ?1",
      {conversation.id, conversation.model_id, conversation.primary_agent, conversation.primary_llm,
       conversation.updated_at});
}

void remove_conversation(Database& database, const Uuid& id) {
  database.execute("DELETE FROM messages WHERE conversation_id = ?1", {id});
  database.execute("DELETE FROM conversations WHERE id = ?1", {id});
}

std::int64_t delete_conversation(Database& database, const Uuid& id, Timestamp now) {
  database.execute("UPDATE conversations SET deleted_at = ?2 WHERE id = ?1", {id, now});
  return database.execute(
      "UPDATE messages SET deleted_at = ?2 WHERE conversation_id = ?1 AND deleted_at IS NULL",
      {id, now});
}

std::int64_t restore_conversation(Database& database, const Uuid& id, Timestamp deleted_at) {
  database.execute("UPDATE conversations SET deleted_at = NULL WHERE id = ?1", {id});
  return database.execute(
      "UPDATE messages SET deleted_at = NULL WHERE conversation_id = ?1 AND deleted_at = ?2",
      {id, deleted_at});
}

ConversationList list_conversations(Database& database, const ConversationQuery& query,
                                    const Page& page) {
  Conditions conditions;
  conditions.add(query.deleted ? "c.deleted_at IS NOT NULL" : "c.deleted_at IS NULL");
  conditions.add_if("c.primary_agent_id = ?", query.agent);
  conditions.add_if("c.primary_llm_id = ?", query.llm);
  const std::string order = order_and_limit(conditions, page, "c.updated_at", "c.id");
  const std::string counted = query.deleted ? "" : " AND m.deleted_at IS NULL";
  ConversationList list;
  list.entries = collect(
      database,
      fmt::format(
          "SELECT {0}, (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id{1}), "
          "(SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id AND m.pending = "
          "TRUE{1}) "
          "FROM conversations c{2}{3}",
          conversation_columns, counted, conditions.text(), order),
      conditions.values(), [](const Row& row) {
        return ConversationSummary{read_conversation(row), row.integer(8), row.integer(9)};
      });
  if (trim_to_page(list.entries, page)) {
    const Conversation& last = list.entries.back().conversation;
    list.next_cursor = make_cursor(last.updated_at, last.id);
  }
  return list;
}

std::vector<Uuid> conversation_ids_ending_in(Database& database, std::string_view hex,
                                             std::int64_t limit) {
  return ids_ending_in(database, "conversations", hex, limit);
}

std::vector<Uuid> message_ids_ending_in(Database& database, std::string_view hex,
                                        std::int64_t limit) {
  return ids_ending_in(database, "messages", hex, limit);
}

void insert_message(Database& database, const Message& message) {
  static const std::string sql =
      fmt::format("INSERT INTO messages ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                  message_columns);
  database.execute(
      sql, make_values(message.id, message.conversation_id, message.role, message.content,
                       message.agent, message.llm_provider, message.protegrity_data,
                       message.pending, message.blocked, message.created_at, message.deleted_at));
}

void remove_message(Database& database, const Uuid& id, const Uuid& conversation) {
  database.execute("DELETE FROM messages WHERE id = ?1 AND conversation_id = ?2",
                   {id, conversation});
}

bool save_message(Database& database, const Message& message) {
  return database.execute(
             "INSERT INTO messages (id, conversation_id, role, content, agent_id, llm_provider_id, "
             "protegrity_data, pending, blocked, created_at, deleted_at) "
             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
             "ON CONFLICT (id) DO UPDATE SET role = excluded.role, content = excluded.content, "
             "agent_id = excluded.agent_id, llm_provider_id = excluded.llm_provider_id, "
             "protegrity_data = excluded.protegrity_data, pending = excluded.pending, "
             "blocked = excluded.blocked, created_at = excluded.created_at, "
             "deleted_at = excluded.deleted_at "
             "WHERE messages.conversation_id = excluded.conversation_id",
             {message.id, message.conversation_id, message.role, message.content, message.agent,
              message.llm_provider, message.protegrity_data, message.pending, message.blocked,
              message.created_at, message.deleted_at}) > 0;
}

std::optional<Message> find_message(Database& database, const Uuid& id) {
  static const std::string sql =
      fmt::format("SELECT {} FROM messages WHERE id = ?1", message_columns);
  return find_one(database, sql, {id}, read_message);
}

std::vector<Message> messages_of(Database& database, const Uuid& conversation, bool with_deleted) {
  return select_messages(
      database,
      with_deleted ? "conversation_id = ?1" : "conversation_id = ?1 AND deleted_at IS NULL",
      {conversation});
}

std::vector<Message> history_until(Database& database, const Message& last) {
  return select_messages(
      database,
      "conversation_id = ?1 AND created_at <= ?2 AND deleted_at IS NULL AND blocked = FALSE "
      "AND pending = FALSE",
      {last.conversation_id, last.created_at});
}

std::optional<Timestamp> latest_message_time(Database& database, const Uuid& conversation) {
  return find_one(
      database,
      "SELECT created_at FROM messages WHERE conversation_id = ?1 ORDER BY created_at DESC LIMIT 1",
      {conversation}, [](const Row& row) { return row.timestamp(0); });
}

std::vector<Message> pending_messages(Database& database, const std::optional<Uuid>& conversation) {
  if (conversation) {
    return select_messages(database,
                           "conversation_id = ?1 AND pending = TRUE AND deleted_at IS NULL",
                           {*conversation});
  }
  return select_messages(database, "pending = TRUE AND deleted_at IS NULL", {});
}

std::optional<std::string> latest_assistant_llm(Database& database, const Uuid& conversation) {
  return find_one(
      database,
      "SELECT llm_provider_id FROM messages WHERE conversation_id = ?1 AND role = 'assistant' AND "
      "llm_provider_id IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 1",
      {conversation}, [](const Row& row) { return row.text(0); });
}

bool has_newer_answer(Database& database, const Message& message) {
  return find_one(database,
                  "SELECT 1 FROM messages WHERE conversation_id = ?1 AND role = 'assistant' AND "
                  "created_at > ?2 AND "
                  "pending = FALSE AND deleted_at IS NULL LIMIT 1",
                  {message.conversation_id, message.created_at},
                  [](const Row& row) { return row.integer(0); })
      .has_value();
}

bool complete_message(Database& database, const Uuid& id, std::string_view content) {
  return database.execute(
             "UPDATE messages SET content = ?2, pending = FALSE WHERE id = ?1 AND pending = TRUE",
             {id, content}) == 1;
}

}  // namespace llmctl::storage
