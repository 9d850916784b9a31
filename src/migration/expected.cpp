#include "migration/expected.h"

#include <fmt/format.h>

#include <algorithm>

namespace llmctl::migration {
namespace {

using storage::AppliedMigration;
using storage::Database;
using storage::TableSchema;

void run(Database& database, const EmbeddedMigration& migration) {
  database.execute_script(migration.sql, fmt::format("{}.sql", migration.name));
}

std::unique_ptr<Database> empty_database() {
  return storage::open_database(storage::parse_location("sqlite::memory:"), {});
}

}  // namespace

std::vector<TableSchema> backend_schema(const MigrationSet& set) {
  const auto database = empty_database();
  for (const EmbeddedMigration& migration : set.migrations) {
    if (migration.of_backend) run(*database, migration);
  }
  return database->describe_tables();
}

ExpectedSchema expected_schema(const MigrationSet& set,
                               const std::vector<AppliedMigration>& history) {
  const bool adopted = std::ranges::any_of(history, &AppliedMigration::adopted);
  const auto is_applied = [&](const EmbeddedMigration& migration) {
    return std::ranges::find(history, migration.version, &AppliedMigration::version) !=
           history.end();
  };
  const auto database = empty_database();
  for (const EmbeddedMigration& migration : set.migrations) {
    if (migration.of_backend && (adopted || is_applied(migration))) run(*database, migration);
  }
  ExpectedSchema expected;
  expected.backend = database->describe_tables();

  database->execute_script(set.history_table, "history.sql");
  for (const EmbeddedMigration& migration : set.migrations) {
    if (!migration.of_backend && is_applied(migration)) run(*database, migration);
  }
  expected.own = database->describe_tables();
  std::erase_if(expected.own, [&](const TableSchema& table) {
    return find_table(expected.backend, table.name) != nullptr;
  });
  return expected;
}

SchemaComparison compare_with_history(Database& database, const MigrationSet& set,
                                      const std::vector<AppliedMigration>& history) {
  const bool adopted = std::ranges::any_of(history, &AppliedMigration::adopted);
  const ExpectedSchema expected = expected_schema(set, history);
  const auto found = database.describe_tables();
  SchemaComparison comparison{
      expected.backend.size() + expected.own.size(),
      compare_tables(expected.backend, found,
                     adopted ? Strictness::columns : Strictness::everything)};
  std::ranges::move(compare_tables(expected.own, found, Strictness::everything),
                    std::back_inserter(comparison.differences));
  return comparison;
}

std::vector<Difference> compare_tables(const std::vector<TableSchema>& expected,
                                       const std::vector<TableSchema>& found,
                                       Strictness strictness) {
  std::vector<Difference> differences;
  for (const TableSchema& table : expected) {
    const TableSchema* live = find_table(found, table.name);
    if (live == nullptr) {
      differences.push_back(missing_table(table));
    } else {
      for (Difference& difference : compare(table, *live, strictness))
        differences.push_back(std::move(difference));
    }
  }
  return differences;
}

}  // namespace llmctl::migration
