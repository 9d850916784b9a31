#include "storage/staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "model/field_values.h"
#include "storage/record_columns.h"

namespace llmctl::storage {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::LlmProvider;
using model::Tool;

template <class Record>
std::string create_table() {
  std::string sql = fmt::format(
      "CREATE TABLE {} (position integer PRIMARY KEY, id UNIQUE, first_file, first_line, "
      "first_column, named, latest_file, latest_line, latest_column",
      model::kind_of<Record>);
  for (const auto& field : model::fields<Record>) {
    const bool is_decimal = std::holds_alternative<std::optional<Decimal> Record::*>(field.member);
    sql += fmt::format(", {}{}", field.column, is_decimal ? " decimal" : "");
  }
  for (const auto& relation : model::relations<Record>) sql += fmt::format(", {}", relation.name);
  return sql + ");\n";
}

constexpr std::string_view create_mentions =
    "CREATE TABLE mentions (kind, id, field, target_kind, target, file, line, place_column);\n"
    "CREATE INDEX mentions_by_object ON mentions (kind, id);\n";

/// ", name, …, tools"
template <class Record>
std::string value_columns() {
  std::string columns = field_columns<Record>();
  for (const auto& relation : model::relations<Record>)
    columns += fmt::format(", {}", relation.name);
  return columns;
}

template <class Record>
void add_values(Values& values, const Record& record) {
  add_fields(values, record);
  if constexpr (!model::relations<Record>.empty()) {
    for (const auto& relation : model::relations<Record>)
      values.emplace_back(nlohmann::json(record.*relation.member).dump());
  }
}

void add_place(Values& values, const StagedPlace& place) {
  values.emplace_back(place.file);
  values.emplace_back(place.line);
  values.emplace_back(place.column);
}

template <class Record>
Staged<Record> read_staged(const Row& row) {
  Staged<Record> staged;
  staged.position = row.integer(0);
  staged.record.id = row.text(1);
  staged.first = {row.integer(2), row.integer(3), row.integer(4)};
  staged.named = row.integer(5);
  staged.latest = {row.integer(6), row.integer(7), row.integer(8)};
  int column = read_fields(staged.record, row, 9);
  if constexpr (!model::relations<Record>.empty()) {
    for (const auto& relation : model::relations<Record>)
      nlohmann::json::parse(row.text(column++)).get_to(staged.record.*relation.member);
  }
  return staged;
}

template <class Record>
std::string select_staged() {
  return fmt::format(
      "SELECT position, id, first_file, first_line, first_column, named, latest_file, "
      "latest_line, latest_column{} FROM {} ",
      value_columns<Record>(), model::kind_of<Record>);
}

}  // namespace

std::unique_ptr<Database> open_staging() {
  const Location unnamed_file{Location::Engine::sqlite, "", "the seed files' staging database"};
  auto staging = open_database(unnamed_file, {Access::read_write, {}, {}});
  const std::string sql = create_table<LlmProvider>() + create_table<Agent>() +
                          create_table<Tool>() + create_table<ConversationFixture>() +
                          std::string(create_mentions);
  staging->execute_script(sql, "staging");
  return staging;
}

template <class Record>
bool stage(Database& staging, const Staged<Record>& object) {
  static const std::string sql = fmt::format(
      "INSERT INTO {} (id, first_file, first_line, first_column, named, latest_file, latest_line, "
      "latest_column{}) VALUES ({}) ON CONFLICT DO NOTHING",
      model::kind_of<Record>, value_columns<Record>(), parameters(8 + model::field_count<Record>));
  Values values;
  values.reserve(8 + model::field_count<Record>);
  values.emplace_back(object.record.id);
  add_place(values, object.first);
  values.emplace_back(object.named);
  add_place(values, object.latest);
  add_values(values, object.record);
  return staging.execute(sql, values) > 0;
}

template <class Record>
std::optional<Staged<Record>> find_staged(Database& staging, std::string_view id) {
  static const std::string sql = select_staged<Record>() + "WHERE id = ?1";
  return find_one(staging, sql, {id}, read_staged<Record>);
}

template <class Record>
void restage(Database& staging, const Staged<Record>& object) {
  static const std::string sql = fmt::format(
      "UPDATE {} SET (named, latest_file, latest_line, latest_column{}) = ({}) "
      "WHERE id = ?{}",
      model::kind_of<Record>, value_columns<Record>(), parameters(4 + model::field_count<Record>),
      5 + model::field_count<Record>);
  Values values{object.named};
  add_place(values, object.latest);
  add_values(values, object.record);
  values.emplace_back(object.record.id);
  staging.execute(sql, values);
}

template <class Record>
std::vector<Staged<Record>> staged_behind(Database& staging, std::int64_t position,
                                          std::int64_t limit) {
  static const std::string sql =
      select_staged<Record>() + "WHERE position > ?1 ORDER BY position LIMIT ?2";
  return collect(staging, sql, {position, limit}, read_staged<Record>);
}

bool is_staged(Database& staging, std::string_view kind, std::string_view id) {
  return find_one(staging, fmt::format("SELECT 1 FROM {} WHERE id = ?1", kind), {id},
                  [](const Row&) { return true; })
      .has_value();
}

std::vector<std::string> staged_ids(Database& staging, std::string_view kind) {
  return collect(staging, fmt::format("SELECT id FROM {} ORDER BY id", kind), {},
                 [](const Row& row) { return row.text(0); });
}

std::int64_t count_staged(Database& staging, std::string_view kind) {
  return *find_one(staging, fmt::format("SELECT COUNT(*) FROM {}", kind), {},
                   [](const Row& row) { return row.integer(0); });
}

template <class Record>
std::vector<Staged<Record>> staged_without(Database& staging, model::FieldBits required,
                                           std::int64_t limit) {
  static const std::string sql =
      select_staged<Record>() + "WHERE named & ?1 <> ?1 ORDER BY position LIMIT ?2";
  return collect(staging, sql, {required, limit}, read_staged<Record>);
}

void stage_mention(Database& staging, const StagedMention& mention) {
  Values values{mention.kind, mention.id, mention.field, mention.target_kind, mention.target};
  add_place(values, mention.place);
  staging.execute("INSERT INTO mentions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", values);
}

void forget_mentions(Database& staging, std::string_view kind, std::string_view id,
                     std::string_view field) {
  staging.execute("DELETE FROM mentions WHERE kind = ?1 AND id = ?2 AND field = ?3",
                  {kind, id, field});
}

void visit_open_mentions(Database& staging,
                         const std::function<void(const StagedMention&)>& visit) {
  static const std::string sql =
      "SELECT kind, id, field, target_kind, target, file, line, place_column FROM mentions AS m "
      "WHERE NOT (target_kind = 'llm_providers' AND "
      "EXISTS (SELECT 1 FROM llm_providers AS t WHERE t.id = m.target)) "
      "AND NOT (target_kind = 'tools' AND EXISTS (SELECT 1 FROM tools AS t WHERE t.id = m.target)) "
      "AND NOT (target_kind = 'agents' AND "
      "EXISTS (SELECT 1 FROM agents AS t WHERE t.id = m.target)) "
      "ORDER BY file, line, place_column";
  staging.query(sql, {}, [&](const Row& row) {
    visit({row.text(0),
           row.text(1),
           row.text(2),
           row.text(3),
           row.text(4),
           {row.integer(5), row.integer(6), row.integer(7)}});
  });
}

#define LLMCTL_STAGING(Record)                                                               \
  template bool stage(Database&, const Staged<Record>&);                                     \
  template std::optional<Staged<Record>> find_staged(Database&, std::string_view);           \
  template void restage(Database&, const Staged<Record>&);                                   \
  template std::vector<Staged<Record>> staged_behind(Database&, std::int64_t, std::int64_t); \
  template std::vector<Staged<Record>> staged_without(Database&, model::FieldBits, std::int64_t);
LLMCTL_STAGING(LlmProvider)
LLMCTL_STAGING(Agent)
LLMCTL_STAGING(Tool)
LLMCTL_STAGING(ConversationFixture)
#undef LLMCTL_STAGING

}  // namespace llmctl::storage
