#include "storage/revisions.h"

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "model/field_values.h"

namespace llmctl::storage {
namespace {

constexpr std::string_view select_revision =
    "SELECT number, kind, object_id, sha256, content, recorded_at, actor, reason FROM "
    "llmctl_revisions ";

model::Revision read(const Row& row) {
  return {row.integer(0), row.text(1),      row.text(2), row.text(3),
          row.json(4),    row.timestamp(5), row.text(6), row.text(7)};
}

}  // namespace

std::optional<model::Revision> find_revision(Database& database, std::int64_t number) {
  static const std::string sql = std::string(select_revision) + "WHERE number = ?1";
  return find_one(database, sql, {number}, read);
}

std::optional<model::Revision> latest_revision(Database& database, std::string_view kind,
                                               std::string_view object_id) {
  static const std::string sql = std::string(select_revision) +
                                 "WHERE kind = ?1 AND object_id = ?2 ORDER BY number DESC LIMIT 1";
  return find_one(database, sql, {kind, object_id}, read);
}

RevisionList list_revisions(Database& database, std::string_view kind, std::string_view object_id,
                            const Page& page) {
  Conditions conditions;
  conditions.add("r.kind = ?", kind);
  conditions.add("r.object_id = ?", object_id);
  const std::string order = order_and_limit(conditions, page, "r.number");
  RevisionList list;
  list.entries =
      collect(database,
              "SELECT r.number, r.kind, r.object_id, r.sha256, r.content, r.recorded_at, r.actor, "
              "r.reason, (SELECT p.content FROM llmctl_revisions p WHERE p.kind = r.kind AND "
              "p.object_id = r.object_id AND p.number < r.number ORDER BY p.number DESC LIMIT 1) "
              "FROM llmctl_revisions r" +
                  conditions.text() + order,
              conditions.values(), [](const Row& row) {
                return RevisionStep{read(row), row.maybe<JsonText>(8)};
              });
  if (trim_to_page(list.entries, page))
    list.next_cursor = make_cursor(list.entries.back().revision.number);
  return list;
}

namespace {

/// Without RETURNING, which costs SQLite as much as the insertion.
void insert_revision(Database& database, std::string_view kind, std::string_view object_id,
                     const std::string& content, const Change& change) {
  database.execute(
      "INSERT INTO llmctl_revisions (kind, object_id, sha256, content, recorded_at, actor, reason) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      {kind, object_id, sha256_hex(content), JsonText{content}, change.at, change.actor,
       change.reason});
}

}  // namespace

template <class Record>
std::int64_t record_found(Database& database, const Record& record, Timestamp now) {
  return record_change(database, record, {now, outside_llmctl, ""});
}

template <class Record>
std::int64_t record_change(Database& database, const Record& record, const Change& change) {
  const std::string content = model::fields_text(record, model::all_fields<Record>);
  const auto latest = latest_revision(database, model::kind_of<Record>, record.id);
  if (latest && latest->content.text == content) return latest->number;
  insert_revision(database, model::kind_of<Record>, record.id, content, change);
  return latest_revision(database, model::kind_of<Record>, record.id)->number;
}

template <class Record>
void record_creation(Database& database, const Record& record, const Change& change) {
  insert_revision(database, model::kind_of<Record>, record.id,
                  model::fields_text(record, model::all_fields<Record>), change);
}

void record_removal(Database& database, std::string_view kind, std::string_view object_id,
                    const Change& change) {
  insert_revision(database, kind, object_id, "null", change);
}

template std::int64_t record_found(Database&, const model::LlmProvider&, Timestamp);
template std::int64_t record_found(Database&, const model::Agent&, Timestamp);
template std::int64_t record_found(Database&, const model::Tool&, Timestamp);
template std::int64_t record_change(Database&, const model::LlmProvider&, const Change&);
template std::int64_t record_change(Database&, const model::Agent&, const Change&);
template std::int64_t record_change(Database&, const model::Tool&, const Change&);
template std::int64_t record_change(Database&, const model::ConversationFixture&, const Change&);
template void record_creation(Database&, const model::LlmProvider&, const Change&);
template void record_creation(Database&, const model::Agent&, const Change&);
template void record_creation(Database&, const model::Tool&, const Change&);

}  // namespace llmctl::storage
