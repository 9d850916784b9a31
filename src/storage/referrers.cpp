#include "storage/referrers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/uuid.h"
#include "model/fields.h"

namespace llmctl::storage {
namespace {

/// Tables whose references are looked for by name below.
constexpr std::array<std::string_view, 7> known_tables{
    "agents", "agents_allowed_llms", "conversations", "llm_providers", "messages",
    "tools",  "tools_agents"};

constexpr std::string_view agents_of_llm =
    "SELECT id FROM agents WHERE default_llm_id = ?1 UNION "
    "SELECT agent_id FROM agents_allowed_llms WHERE llmprovider_id = ?1 ORDER BY 1";
constexpr std::string_view agents_of_tool =
    "SELECT agent_id FROM tools_agents WHERE tool_id = ?1 ORDER BY agent_id";
constexpr std::string_view messages_of_llm =
    "SELECT COUNT(*) FROM messages WHERE llm_provider_id = ?1";
constexpr std::string_view conversations_of_llm =
    "SELECT COUNT(*) FROM conversations WHERE primary_llm_id = ?1 OR model_id = ?1";
constexpr std::string_view messages_of_agent = "SELECT COUNT(*) FROM messages WHERE agent_id = ?1";
constexpr std::string_view conversations_of_agent =
    "SELECT COUNT(*) FROM conversations WHERE primary_agent_id = ?1";
constexpr std::string_view attempts_of_conversation =
    "SELECT COUNT(*) FROM llmctl_attempts WHERE conversation_id = ?1";

std::int64_t count(Database& database, std::string_view sql, const Value& id) {
  return *find_one(database, sql, {id}, [](const Row& row) { return row.integer(0); });
}

void add_count(std::vector<std::string>& found, std::int64_t count, std::string_view singular) {
  if (count > 0) found.push_back(fmt::format("{} {}{}", count, singular, count == 1 ? "" : "s"));
}

void add_agents(std::vector<std::string>& found, Database& database, std::string_view sql,
                const std::string& id) {
  database.query(sql, {id},
                 [&](const Row& row) { found.push_back(fmt::format("agent '{}'", row.text(0))); });
}

std::map<std::string, std::int64_t, std::less<>> count_attempts(Database& database,
                                                                std::string_view column) {
  std::map<std::string, std::int64_t, std::less<>> counts;
  database.query(fmt::format("SELECT {0}, COUNT(*) FROM llmctl_attempts WHERE {0} IS NOT NULL "
                             "GROUP BY {0}",
                             column),
                 {}, [&](const Row& row) { counts.emplace(row.text(0), row.integer(1)); });
  return counts;
}

std::int64_t count_of(const std::map<std::string, std::int64_t, std::less<>>& counts,
                      std::string_view id) {
  const auto found = counts.find(id);
  return found == counts.end() ? 0 : found->second;
}

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

}  // namespace

Referrers::Referrers(Database& database)
    : database_(database),
      attempts_of_agents_(count_attempts(database, "agent_id")),
      attempts_of_llms_(count_attempts(database, "llm_provider_id")) {
  for (const TableSchema& table : database.describe_tables()) {
    if (table.name.starts_with("llmctl_") ||
        std::ranges::find(known_tables, table.name) != known_tables.end())
      continue;
    // "agent_id -> agents (id) initially deferred"
    for (const std::string& key : table.foreign_keys) {
      const std::size_t arrow = key.find(" -> ");
      const std::size_t parenthesis = key.find(" (", arrow);
      if (arrow == std::string::npos || parenthesis == std::string::npos) continue;
      // The tables' keys are single columns; what refers to several refers to something else.
      if (key.find(", ") < arrow) continue;
      foreign_columns_.push_back(
          {table.name, key.substr(0, arrow), key.substr(arrow + 4, parenthesis - arrow - 4)});
    }
  }
}

void Referrers::add_foreign_rows(std::vector<std::string>& found, std::string_view target,
                                 const std::string& condition, const Value& id) {
  for (const ForeignColumn& foreign : foreign_columns_) {
    if (foreign.target != target) continue;
    const std::int64_t rows =
        count(database_,
              fmt::format("SELECT COUNT(*) FROM {} WHERE {} {}", quoted(foreign.table),
                          quoted(foreign.column), condition),
              id);
    if (rows > 0)
      found.push_back(fmt::format("{} row{} of {}", rows, rows == 1 ? "" : "s", foreign.table));
  }
}

std::vector<std::string> Referrers::of(std::string_view kind, const std::string& id) {
  std::vector<std::string> found;
  if (kind == model::kind_of<model::LlmProvider>) {
    add_agents(found, database_, agents_of_llm, id);
    add_count(found, count(database_, messages_of_llm, id), "message");
    add_count(found, count(database_, conversations_of_llm, id), "conversation");
    add_count(found, count_of(attempts_of_llms_, id), "attempt");
  } else if (kind == model::kind_of<model::Agent>) {
    add_count(found, count(database_, messages_of_agent, id), "message");
    add_count(found, count(database_, conversations_of_agent, id), "conversation");
    add_count(found, count_of(attempts_of_agents_, id), "attempt");
  } else if (kind == model::kind_of<model::Tool>) {
    add_agents(found, database_, agents_of_tool, id);
  } else {
    const Uuid conversation = *parse_uuid(id);
    add_count(found, count(database_, attempts_of_conversation, conversation), "attempt");
    add_foreign_rows(found, "messages", "IN (SELECT id FROM messages WHERE conversation_id = ?1)",
                     conversation);
    add_foreign_rows(found, kind, "= ?1", conversation);
    return found;
  }
  add_foreign_rows(found, kind, "= ?1", id);
  return found;
}

}  // namespace llmctl::storage
