#include "storage/sqlite/references.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/text.h"

namespace llmctl::storage::sqlite {
namespace {

constexpr std::size_t most_rows = 20;

struct DanglingRow {
  std::string table;
  std::optional<std::int64_t> rowid;  ///< none in a table WITHOUT ROWID
  std::string target;
  std::int64_t key = 0;
};

/// Tables with a foreign key that are among `changed`, or refer to one that is.
std::set<std::string> concerned(Database& database, const std::set<std::string>& changed) {
  std::set<std::string> tables;
  database.query(
      "SELECT t.name, k.\"table\" FROM pragma_table_list t, pragma_foreign_key_list(t.name) k "
      "WHERE t.schema = 'main' AND t.type = 'table'",
      {}, [&](const Row& row) {
        if (changed.contains(to_lower_ascii(row.text(0))) ||
            changed.contains(to_lower_ascii(row.text(1))))
          tables.insert(row.text(0));
      });
  return tables;
}

std::vector<DanglingRow> dangling_rows(Database& database, const std::string& table) {
  return storage::collect(
      database,
      fmt::format("SELECT rowid, parent, fkid FROM pragma_foreign_key_check(?1) LIMIT {}",
                  most_rows),
      {table}, [&](const Row& row) {
        return DanglingRow{table, row.maybe<std::int64_t>(0), row.text(1), row.integer(2)};
      });
}

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::vector<std::string> names(Database& database, std::string_view sql, const Values& values) {
  return storage::collect(database, sql, values, [](const Row& row) { return row.text(0); });
}

/// "id = 'a1', agent_id = 'gone'" for the row's primary key and the columns that refer.
std::string identify(Database& database, const DanglingRow& row) {
  if (!row.rowid) return "";
  auto columns = names(database, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk",
                       {row.table});
  for (const std::string& column : names(
           database, "SELECT \"from\" FROM pragma_foreign_key_list(?1) WHERE id = ?2 ORDER BY seq",
           {row.table, row.key})) {
    columns.push_back(column);
  }
  std::vector<std::string> terms;
  for (const std::string& column : columns) {
    const auto value = names(
        database,
        fmt::format("SELECT quote({}) FROM {} WHERE rowid = ?1", quoted(column), quoted(row.table)),
        {*row.rowid});
    if (!value.empty()) terms.push_back(fmt::format("{} = {}", column, value.front()));
  }
  return fmt::format(" ({})", fmt::join(terms, ", "));
}

std::string describe(Database& database, const DanglingRow& row) {
  const std::string place = row.rowid ? fmt::format("row {}", *row.rowid) : "a row";
  return fmt::format("{} of {}{} refers to a row of {} that does not exist", place, row.table,
                     identify(database, row), row.target);
}

}  // namespace

void require_references(Database& database, const std::set<std::string>& tables) {
  std::vector<ErrorDetail> details;
  for (const std::string& table : concerned(database, tables)) {
    for (const DanglingRow& row : dangling_rows(database, table)) {
      if (details.size() < most_rows) details.push_back({"", 0, 0, describe(database, row)});
    }
  }
  if (details.empty()) return;
  Error error(ErrorKind::failed,
              "rows would refer to rows that do not exist: " + details.front().message,
              "nothing was applied");
  error.details = std::move(details);
  throw error;
}

}  // namespace llmctl::storage::sqlite
