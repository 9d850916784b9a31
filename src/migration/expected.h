#pragma once

#include <string>
#include <vector>

#include "migration/comparison.h"
#include "migration/embedded.h"
#include "storage/database.h"
#include "storage/history.h"
#include "storage/schema.h"

namespace llmctl::migration {

/// What migrations make, found by running them on an empty database in memory.
struct ExpectedSchema {
  std::vector<storage::TableSchema> backend;  ///< tables that the backend makes where it is in use
  std::vector<storage::TableSchema> own;      ///< those of llmctl, the history included
};

/// The backend's tables as this program knows them.
std::vector<storage::TableSchema> backend_schema(const MigrationSet& set);

/// What a database with this history, whose migrations are all in the set, must have. Where the
/// backend makes its own tables it also changes them, ahead of llmctl: then they must be as the
/// set's latest.
ExpectedSchema expected_schema(const MigrationSet& set,
                               const std::vector<storage::AppliedMigration>& history);

struct SchemaComparison {
  std::size_t tables = 0;
  std::vector<Difference> differences;
};
/// The live tables against what this history, whose migrations are all in the set, made.
SchemaComparison compare_with_history(storage::Database& database, const MigrationSet& set,
                                      const std::vector<storage::AppliedMigration>& history);

/// All differences, tables in order. Tables that nobody expects are not looked at.
std::vector<Difference> compare_tables(const std::vector<storage::TableSchema>& expected,
                                       const std::vector<storage::TableSchema>& found,
                                       Strictness strictness);

}  // namespace llmctl::migration
