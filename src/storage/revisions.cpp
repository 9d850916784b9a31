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

namespace {

/// The number of the object's latest revision when that has the same content, else of a new one.
std::int64_t record_revision(Database& database, std::string_view kind, std::string_view object_id,
                             const std::string& content, const Change& change) {
  const auto latest = latest_revision(database, kind, object_id);
  if (latest && latest->content.text == content) return latest->number;
  const auto number = find_one(
      database,
      "INSERT INTO llmctl_revisions (kind, object_id, sha256, content, recorded_at, actor, reason) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING number",
      {kind, object_id, sha256_hex(content), JsonText{content}, change.at, change.actor,
       change.reason},
      [](const Row& row) { return row.integer(0); });
  return *number;
}

}  // namespace

template <class Record>
std::int64_t record_found(Database& database, const Record& record, Timestamp now) {
  return record_change(database, record, {now, outside_llmctl, ""});
}

template <class Record>
std::int64_t record_change(Database& database, const Record& record, const Change& change) {
  return record_revision(database, model::kind_of<Record>, record.id,
                         model::fields_text(record, model::all_fields<Record>), change);
}

void record_removal(Database& database, std::string_view kind, std::string_view object_id,
                    const Change& change) {
  record_revision(database, kind, object_id, "null", change);
}

template std::int64_t record_found(Database&, const model::LlmProvider&, Timestamp);
template std::int64_t record_found(Database&, const model::Agent&, Timestamp);
template std::int64_t record_found(Database&, const model::Tool&, Timestamp);
template std::int64_t record_change(Database&, const model::LlmProvider&, const Change&);
template std::int64_t record_change(Database&, const model::Agent&, const Change&);
template std::int64_t record_change(Database&, const model::Tool&, const Change&);

}  // namespace llmctl::storage
