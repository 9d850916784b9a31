#include "storage/history.h"

#include <algorithm>

namespace llmctl::storage {

std::vector<AppliedMigration> read_history(Database& database) {
  if (!database.has_table(history_table)) return {};
  return collect(database,
                 "SELECT version, name, sha256, applied_at, duration_us, tool_version, applied_by "
                 "FROM llmctl_migrations ORDER BY version",
                 {}, [](const Row& row) {
                   return AppliedMigration{row.integer(0),
                                           row.text(1),
                                           row.text(2),
                                           row.timestamp(3),
                                           Duration{row.integer(4)},
                                           row.text(5),
                                           row.text(6) == "adopted"};
                 });
}

void record(Database& database, const AppliedMigration& migration) {
  database.execute(
      "INSERT INTO llmctl_migrations (version, name, sha256, applied_at, duration_us, "
      "tool_version, applied_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      {migration.version, migration.name, migration.sha256, migration.applied_at,
       static_cast<std::int64_t>(migration.duration.count()), migration.tool_version,
       migration.adopted ? "adopted" : "applied"});
}

bool is_adopted(Database& database) {
  return std::ranges::any_of(read_history(database), &AppliedMigration::adopted);
}

}  // namespace llmctl::storage
