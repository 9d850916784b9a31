#include "storage/attempts.h"

#include <fmt/format.h>

#include <array>

namespace llmctl::storage {
namespace {

using model::Attempt;

/// In the order of read_attempt and of values_of.
constexpr std::array<std::string_view, 36> columns{"id",
                                                   "conversation_id",
                                                   "user_message_id",
                                                   "assistant_message_id",
                                                   "hop",
                                                   "origin",
                                                   "actor",
                                                   "agent_id",
                                                   "agent_revision",
                                                   "llm_provider_id",
                                                   "llm_revision",
                                                   "provider_type",
                                                   "requested_model",
                                                   "served_model",
                                                   "status",
                                                   "error_kind",
                                                   "error_message",
                                                   "http_status",
                                                   "request_id",
                                                   "finish_reason",
                                                   "input_tokens",
                                                   "output_tokens",
                                                   "cache_read_tokens",
                                                   "cache_write_tokens",
                                                   "reasoning_tokens",
                                                   "cost_nanousd",
                                                   "latency_us",
                                                   "first_token_us",
                                                   "partial_content",
                                                   "tool_calls",
                                                   "tool_results",
                                                   "provider_state",
                                                   "idempotency_key",
                                                   "started_at",
                                                   "lease_until",
                                                   "finished_at"};

Values values_of(const Attempt& a) {
  return make_values(
      a.id, a.conversation_id, a.user_message_id, a.assistant_message_id, a.hop, a.origin, a.actor,
      a.agent, a.agent_revision, a.llm_provider, a.llm_revision, a.provider_type, a.requested_model,
      a.served_model, a.status, a.error_kind, a.error_message, a.http_status, a.request_id,
      a.finish_reason, a.usage.input_tokens, a.usage.output_tokens, a.usage.cache_read_tokens,
      a.usage.cache_write_tokens, a.usage.reasoning_tokens, a.cost_nanousd, a.latency_us,
      a.first_token_us, a.partial_content, a.tool_calls, a.tool_results, a.provider_state,
      a.idempotency_key, a.started_at, a.lease_until, a.finished_at);
}

std::string insertion() {
  std::string names;
  std::string places;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    names += fmt::format("{}{}", i == 0 ? "" : ", ", columns[i]);
    places += fmt::format("{}?{}", i == 0 ? "" : ", ", i + 1);
  }
  return fmt::format("INSERT INTO llmctl_attempts ({}) VALUES ({})", names, places);
}

/// Known before the call and never changed by it.
constexpr std::size_t first_result_column = 13;

std::string list_assignments() {
  std::string assignments = "assistant_message_id = ?4";
  for (std::size_t i = first_result_column; i < columns.size(); ++i) {
    if (columns[i] != "started_at") assignments += fmt::format(", {} = ?{}", columns[i], i + 1);
  }
  return assignments;
}

}  // namespace

std::string attempt_columns(std::string_view alias) {
  std::string list;
  for (const std::string_view column : columns) {
    list += fmt::format("{}{}.{}", list.empty() ? "" : ", ", alias, column);
  }
  return list;
}

Attempt read_attempt(const Row& row, int first) {
  int at = first;
  Attempt a;
  a.id = row.uuid(at++);
  a.conversation_id = row.uuid(at++);
  a.user_message_id = row.maybe<Uuid>(at++);
  a.assistant_message_id = row.maybe<Uuid>(at++);
  a.hop = row.integer(at++);
  a.origin = row.text(at++);
  a.actor = row.text(at++);
  a.agent = row.maybe<std::string>(at++);
  a.agent_revision = row.maybe<std::int64_t>(at++);
  a.llm_provider = row.maybe<std::string>(at++);
  a.llm_revision = row.maybe<std::int64_t>(at++);
  a.provider_type = row.text(at++);
  a.requested_model = row.text(at++);
  a.served_model = row.maybe<std::string>(at++);
  a.status = row.text(at++);
  a.error_kind = row.maybe<std::string>(at++);
  a.error_message = row.maybe<std::string>(at++);
  a.http_status = row.maybe<std::int64_t>(at++);
  a.request_id = row.maybe<std::string>(at++);
  a.finish_reason = row.maybe<std::string>(at++);
  a.usage.input_tokens = row.maybe<std::int64_t>(at++);
  a.usage.output_tokens = row.maybe<std::int64_t>(at++);
  a.usage.cache_read_tokens = row.maybe<std::int64_t>(at++);
  a.usage.cache_write_tokens = row.maybe<std::int64_t>(at++);
  a.usage.reasoning_tokens = row.maybe<std::int64_t>(at++);
  a.cost_nanousd = row.maybe<std::int64_t>(at++);
  a.latency_us = row.maybe<std::int64_t>(at++);
  a.first_token_us = row.maybe<std::int64_t>(at++);
  a.partial_content = row.maybe<std::string>(at++);
  a.tool_calls = row.maybe<JsonText>(at++);
  a.tool_results = row.maybe<JsonText>(at++);
  a.provider_state = row.maybe<JsonText>(at++);
  a.idempotency_key = row.maybe<std::string>(at++);
  a.started_at = row.timestamp(at++);
  a.lease_until = row.timestamp(at++);
  a.finished_at = row.maybe<Timestamp>(at++);
  return a;
}

void insert_attempt(Database& database, const Attempt& attempt) {
  static const std::string sql = insertion();
  database.execute(sql, values_of(attempt));
}

void update_attempt(Database& database, const Attempt& attempt) {
  database.execute(fmt::format("UPDATE llmctl_attempts SET {} WHERE id = ?1", list_assignments()),
                   values_of(attempt));
}

std::vector<Attempt> attempts_of_message(Database& database, const Uuid& message) {
  return collect(
      database,
      fmt::format(
          "SELECT {} FROM llmctl_attempts a WHERE a.user_message_id = ?1 OR a.assistant_message_id "
          "= "
          "?1 OR a.user_message_id IN (SELECT b.user_message_id FROM llmctl_attempts b WHERE "
          "b.assistant_message_id = ?1) ORDER BY a.hop, a.started_at, a.id",
          attempt_columns("a")),
      {message}, [](const Row& row) { return read_attempt(row); });
}

std::optional<Attempt> attempt_of_answer(Database& database, const Uuid& assistant_message) {
  return find_one(database,
                  fmt::format("SELECT {} FROM llmctl_attempts a WHERE a.assistant_message_id = ?1 "
                              "ORDER BY a.started_at DESC, a.id DESC LIMIT 1",
                              attempt_columns("a")),
                  {assistant_message}, [](const Row& row) { return read_attempt(row); });
}

std::optional<Uuid> latest_conversation_started_by(Database& database, std::string_view actor) {
  return find_one(database,
                  "SELECT a.conversation_id FROM llmctl_attempts a JOIN conversations c ON c.id = "
                  "a.conversation_id "
                  "WHERE a.origin = 'start' AND a.actor = ?1 AND c.deleted_at IS NULL "
                  "ORDER BY a.started_at DESC, a.id DESC LIMIT 1",
                  {actor}, [](const Row& row) { return row.uuid(0); });
}

std::optional<Lease> take_lease(Database& database, const Uuid& attempt, std::string_view owner,
                                Timestamp now, Timestamp until) {
  return find_one(
      database,
      "INSERT INTO llmctl_leases (attempt_id, owner, lease_until, renewed_at, polls) "
      "VALUES (?1, ?2, ?4, ?3, 0) ON CONFLICT (attempt_id) DO UPDATE SET owner = excluded.owner, "
      "lease_until = excluded.lease_until, renewed_at = excluded.renewed_at "
      "WHERE llmctl_leases.lease_until <= excluded.renewed_at RETURNING owner, polls",
      {attempt, owner, now, until}, [](const Row& row) {
        return Lease{row.text(0), row.integer(1)};
      });
}

void release_lease(Database& database, const Uuid& attempt, std::string_view owner, Timestamp now,
                   Timestamp next_poll_at) {
  database.execute(
      "UPDATE llmctl_leases SET lease_until = ?3, renewed_at = ?3, polls = polls + 1, next_poll_at "
      "= ?4 "
      "WHERE attempt_id = ?1 AND owner = ?2",
      {attempt, owner, now, next_poll_at});
}

std::int64_t polls_of(Database& database, const Uuid& attempt) {
  return find_one(database, "SELECT polls FROM llmctl_leases WHERE attempt_id = ?1", {attempt},
                  [](const Row& row) { return row.integer(0); })
      .value_or(0);
}

bool holds_lease(Database& database, const Uuid& attempt, std::string_view owner) {
  return find_one(database, "SELECT owner FROM llmctl_leases WHERE attempt_id = ?1", {attempt},
                  [](const Row& row) { return row.text(0); }) == std::string(owner);
}

void delete_lease(Database& database, const Uuid& attempt) {
  database.execute("DELETE FROM llmctl_leases WHERE attempt_id = ?1", {attempt});
}

}  // namespace llmctl::storage
