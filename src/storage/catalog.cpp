#include "storage/catalog.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "model/field_values.h"
#include "storage/read_row.h"
#include "storage/record_columns.h"

namespace llmctl::storage {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;

template <class Record>
constexpr std::string_view list_order = "display_order, name, id";
template <>
constexpr std::string_view list_order<Tool> = "name, id";

/// "id, name, …, created_at, updated_at"
template <class Record>
std::string column_list() {
  return "id" + field_columns<Record>() + ", created_at, updated_at";
}

template <class Record>
Record read(const Row& row) {
  return read_row(row, model::kind_of<Record>, 0, [](const Row& columns) {
    Record record;
    record.id = columns.text(0);
    const int times = read_fields(record, columns, 1);
    record.created_at = columns.timestamp(times);
    record.updated_at = columns.timestamp(times + 1);
    return record;
  });
}

/// The agent's side of a join table: which ids stand on the other side.
struct JoinTable {
  std::string_view table;
  std::string_view column;
  std::vector<std::string> Agent::*member;
};
constexpr std::array<JoinTable, 2> join_tables{{
    {"agents_allowed_llms", "llmprovider_id", &Agent::allowed_llms},
    {"tools_agents", "tool_id", &Agent::tools},
}};

template <class Record>
void load_relations(Database&, Record&) {}
template <>
void load_relations(Database& database, Agent& agent) {
  for (const JoinTable& join : join_tables) {
    agent.*join.member = collect(database,
                                 fmt::format("SELECT {1} FROM {0} WHERE agent_id = ?1 ORDER BY {1}",
                                             join.table, join.column),
                                 {agent.id}, [](const Row& row) { return row.text(0); });
  }
}

template <class Record>
void write_relations(Database&, const Record&, const Record&) {}
template <>
void write_relations(Database& database, const Agent& before, const Agent& after) {
  for (const JoinTable& join : join_tables) {
    const auto& old_ids = before.*join.member;
    const auto& new_ids = after.*join.member;
    for (const std::string& id : old_ids) {
      if (std::ranges::find(new_ids, id) != new_ids.end()) continue;
      database.execute(
          fmt::format("DELETE FROM {} WHERE agent_id = ?1 AND {} = ?2", join.table, join.column),
          {after.id, id});
    }
    for (const std::string& id : new_ids) {
      if (std::ranges::find(old_ids, id) != old_ids.end()) continue;
      database.execute(
          fmt::format("INSERT INTO {} (agent_id, {}) VALUES (?1, ?2)", join.table, join.column),
          {after.id, id});
    }
  }
}

}  // namespace

template <class Record>
std::optional<Record> find(Database& database, std::string_view id) {
  static const std::string sql =
      fmt::format("SELECT {} FROM {} WHERE id = ?1", column_list<Record>(), model::kind_of<Record>);
  auto record = find_one(database, sql, {id}, read<Record>);
  if (record) load_relations(database, *record);
  return record;
}

template <class Record>
Record require(Database& database, const std::string& id) {
  if (auto record = find<Record>(database, id)) return *record;
  const std::string suggestion = did_you_mean(id, ids<Record>(database));
  throw Error(
      ErrorKind::not_found, fmt::format("no {} '{}'", model::noun_of<Record>, id),
      suggestion.empty() ? fmt::format("llmctl {} list", model::noun_of<Record>) : suggestion);
}

template <class Record>
std::vector<Record> list(Database& database) {
  auto records = collect(database,
                         fmt::format("SELECT {} FROM {} ORDER BY {}", column_list<Record>(),
                                     model::kind_of<Record>, list_order<Record>),
                         {}, read<Record>);
  for (Record& record : records) load_relations(database, record);
  return records;
}

template <class Record>
std::vector<std::string> ids(Database& database) {
  return collect(database, fmt::format("SELECT id FROM {} ORDER BY id", model::kind_of<Record>), {},
                 [](const Row& row) { return row.text(0); });
}

template <class Record>
void insert(Database& database, const Record& record) {
  static const std::string sql =
      fmt::format("INSERT INTO {} ({}) VALUES ({})", model::kind_of<Record>, column_list<Record>(),
                  parameters(model::fields<Record>.size() + 3));
  Values values{record.id};
  values.reserve(model::fields<Record>.size() + 3);
  add_fields(values, record);
  values.emplace_back(record.created_at);
  values.emplace_back(record.updated_at);
  database.execute(sql, values);
  static const Record nothing;
  write_relations(database, nothing, record);
}

template <class Record>
bool update(Database& database, const Record& before, const Record& after) {
  const model::FieldBits differing =
      model::differing_fields(before, after, model::all_fields<Record>);
  if (differing == 0) return false;
  Values values{after.id, after.updated_at};
  std::string assignments = "updated_at = ?2";
  std::size_t position = 0;
  for (const auto& field : model::fields<Record>) {
    if ((differing & model::bit(position++)) == 0) continue;
    values.push_back(value_of(after, field));
    assignments += fmt::format(", {} = ?{}", field.column, values.size());
  }
  database.execute(
      fmt::format("UPDATE {} SET {} WHERE id = ?1", model::kind_of<Record>, assignments), values);
  write_relations(database, before, after);
  return true;
}

template <class Record>
void remove(Database& database, const Record& record) {
  Record nothing;
  nothing.id = record.id;
  write_relations(database, record, nothing);
  database.execute(fmt::format("DELETE FROM {} WHERE id = ?1", model::kind_of<Record>),
                   {record.id});
}

bool has_rows(Database& database, std::string_view kind) {
  return find_one(database, fmt::format("SELECT 1 FROM {} LIMIT 1", kind), {},
                  [](const Row&) { return true; })
      .has_value();
}

std::vector<std::string> llm_ids_by_model(Database& database, std::string_view model_identifier) {
  return collect(database, "SELECT id FROM llm_providers WHERE model_identifier = ?1 ORDER BY id",
                 {model_identifier}, [](const Row& row) { return row.text(0); });
}

template std::optional<LlmProvider> find(Database&, std::string_view);
template std::optional<Agent> find(Database&, std::string_view);
template std::optional<Tool> find(Database&, std::string_view);
template LlmProvider require(Database&, const std::string&);
template Agent require(Database&, const std::string&);
template Tool require(Database&, const std::string&);
template std::vector<LlmProvider> list(Database&);
template std::vector<Agent> list(Database&);
template std::vector<Tool> list(Database&);
template std::vector<std::string> ids<LlmProvider>(Database&);
template std::vector<std::string> ids<Agent>(Database&);
template std::vector<std::string> ids<Tool>(Database&);
template void insert(Database&, const LlmProvider&);
template void insert(Database&, const Agent&);
template void insert(Database&, const Tool&);
template bool update(Database&, const LlmProvider&, const LlmProvider&);
template bool update(Database&, const Agent&, const Agent&);
template bool update(Database&, const Tool&, const Tool&);
template void remove(Database&, const LlmProvider&);
template void remove(Database&, const Agent&);
template void remove(Database&, const Tool&);

}  // namespace llmctl::storage
