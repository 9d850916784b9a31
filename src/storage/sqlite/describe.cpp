#include "storage/sqlite/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "storage/sqlite/table_sql.h"

namespace llmctl::storage::sqlite {
namespace {

struct DescribedTable {
  TableSchema schema;
  TableText text;
};
using Described = std::map<std::string, DescribedTable>;

constexpr std::string_view own_tables =
    "FROM pragma_table_list t WHERE t.schema = 'main' AND t.type = 'table' "
    "AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// "varchar(50)" for VARCHAR (50).
std::string spell_type(std::string_view declared) {
  std::string type;
  for (const char c : normalise_sql(declared)) {
    if ((c == '(' || c == ')' || c == ',') && type.ends_with(' ')) type.pop_back();
    if (c == ' ' && (type.ends_with('(') || type.ends_with(','))) continue;
    type += c;
  }
  return type;
}

std::string family_of(const std::string& type) {
  const std::string name = type.substr(0, type.find('('));
  const auto holds = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (holds("char") || holds("text") || holds("clob")) return "text";
  if (name == "datetime" || holds("timestamp")) return "time";
  if (name == "bool" || name == "boolean") return "boolean";
  if (holds("int")) return "integer";
  if (name == "decimal" || name == "numeric") return "decimal";
  return type;
}

Described read_tables(Database& database) {
  Described tables;
  database.query(
      fmt::format("SELECT t.name, (SELECT sql FROM sqlite_schema s WHERE s.type = 'table' AND "
                  "s.name = t.name), t.wr, t.strict {}",
                  own_tables),
      {}, [&](const Row& row) {
        DescribedTable table;
        table.schema.name = row.text(0);
        table.text = read_create_table(row.text(1));
        table.schema.checks = table.text.checks;
        if (table.text.autoincrement) table.schema.options.emplace_back("autoincrement");
        if (row.boolean(3)) table.schema.options.emplace_back("strict");
        if (row.boolean(2)) table.schema.options.emplace_back("without rowid");
        tables.emplace(table.schema.name, std::move(table));
      });
  return tables;
}

void read_columns(Database& database, Described& tables) {
  std::map<std::string, std::map<std::int64_t, std::string>> keys;
  // `own_tables` begins with FROM, so the other table functions are joined by a subquery.
  database.query(
      fmt::format("SELECT o.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden "
                  "FROM (SELECT t.name {}) o, pragma_table_xinfo(o.name) c ORDER BY o.name, c.cid",
                  own_tables),
      {}, [&](const Row& row) {
        TableSchema& table = tables.at(row.text(0)).schema;
        ColumnSchema column{row.text(1), spell_type(row.text(2)), "", !row.boolean(3),
                            normalise_sql(row.text(4))};
        column.family = family_of(column.type);
        if (row.integer(6) != 0) column.type += " generated";
        table.columns.push_back(std::move(column));
        if (row.integer(5) > 0) keys[table.name][row.integer(5)] = row.text(1);
      });
  for (const auto& [table, columns] : keys) {
    for (const auto& [position, name] : columns)
      tables.at(table).schema.primary_key.push_back(name);
  }
}

struct DescribedIndex {
  std::string table;
  bool unique = false;
  bool partial = false;
  bool has_expression = false;
  std::string sql;
  std::vector<std::string> columns;
};

std::string spell_index(const DescribedIndex& index) {
  if (index.has_expression) return indexed_expression(index.sql);
  std::string text = fmt::format("{}", fmt::join(index.columns, ", "));
  if (index.partial) text += " " + index_condition(index.sql);
  return text;
}

std::string spell_indexed_column(const Row& row, int name, int descending, int collation) {
  std::string text = row.text(name);
  if (row.text(collation) != "BINARY") text += " collate " + to_lower_ascii(row.text(collation));
  return row.boolean(descending) ? text + " desc" : text;
}

/// Those of primary keys are left out.
void read_indexes(Database& database, Described& tables) {
  std::map<std::string, DescribedIndex> indexes;
  database.query(
      fmt::format("SELECT i.name, o.name, i.\"unique\", i.partial, (SELECT sql FROM sqlite_schema "
                  "s WHERE s.type = 'index' AND s.name = i.name), c.name, c.\"desc\", c.coll "
                  "FROM (SELECT t.name {}) o, pragma_index_list(o.name) i, "
                  "pragma_index_xinfo(i.name) c WHERE i.origin <> 'pk' AND c.key = 1 "
                  "ORDER BY i.name, c.seqno",
                  own_tables),
      {}, [&](const Row& row) {
        DescribedIndex& index = indexes[row.text(0)];
        index.table = row.text(1);
        index.unique = row.boolean(2);
        index.partial = row.boolean(3);
        index.sql = row.text(4);
        index.has_expression = index.has_expression || row.is_null(5);
        index.columns.push_back(spell_indexed_column(row, 5, 6, 7));
      });
  for (const auto& [name, index] : indexes) {
    TableSchema& table = tables.at(index.table).schema;
    (index.unique ? table.uniques : table.indexes).push_back(spell_index(index));
  }
}

struct DescribedKey {
  std::vector<std::string> columns;
  std::string target;
  std::vector<std::string> target_columns;
  std::string actions;
};

std::string spell_key(const DescribedKey& key, const Described& tables) {
  std::vector<std::string> target_columns = key.target_columns;
  const auto target = tables.find(key.target);
  // REFERENCES agents, without a column, means its primary key.
  if (target_columns.front().empty() && target != tables.end())
    target_columns = target->second.schema.primary_key;
  return fmt::format("{} -> {} ({}){}", fmt::join(key.columns, ", "), key.target,
                     fmt::join(target_columns, ", "), key.actions);
}

std::string spell_action(std::string_view event, const std::string& action) {
  return action == "NO ACTION" ? "" : fmt::format(" on {} {}", event, to_lower_ascii(action));
}

void read_foreign_keys(Database& database, Described& tables) {
  std::map<std::pair<std::string, std::int64_t>, DescribedKey> keys;
  database.query(
      fmt::format(
          "SELECT o.name, k.id, k.\"from\", k.\"table\", k.\"to\", k.on_update, k.on_delete "
          "FROM (SELECT t.name {}) o, pragma_foreign_key_list(o.name) k "
          "ORDER BY o.name, k.id, k.seq",
          own_tables),
      {}, [&](const Row& row) {
        DescribedKey& key = keys[{row.text(0), row.integer(1)}];
        key.columns.push_back(row.text(2));
        key.target = row.text(3);
        key.target_columns.push_back(row.text(4));
        key.actions = spell_action("update", row.text(5)) + spell_action("delete", row.text(6));
      });
  for (const auto& [place, key] : keys) {
    DescribedTable& table = tables.at(place.first);
    const auto& deferred = table.text.deferred_columns;
    const std::string columns = to_lower_ascii(fmt::format("{}", fmt::join(key.columns, ", ")));
    const bool is_deferred = std::ranges::find(deferred, columns) != deferred.end();
    table.schema.foreign_keys.push_back(spell_key(key, tables) +
                                        (is_deferred ? " initially deferred" : ""));
  }
}

}  // namespace

std::vector<TableSchema> describe_tables(Database& database) {
  Described tables = read_tables(database);
  read_columns(database, tables);
  read_indexes(database, tables);
  read_foreign_keys(database, tables);
  std::vector<TableSchema> schemas;
  for (auto& [name, table] : tables) {
    for (auto* list : {&table.schema.uniques, &table.schema.indexes, &table.schema.foreign_keys})
      std::ranges::sort(*list);
    schemas.push_back(std::move(table.schema));
  }
  return schemas;
}

}  // namespace llmctl::storage::sqlite
