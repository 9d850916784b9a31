#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "storage/database.h"

namespace llmctl::storage {

/// Where the history stands; made by schema/<engine>/history.sql.
inline constexpr std::string_view history_table = "llmctl_migrations";

/// One row of the history.
struct AppliedMigration {
  std::int64_t version = 0;
  std::string name;
  std::string sha256;
  Timestamp applied_at;
  Duration duration{};
  std::string tool_version;
  bool adopted = false;  ///< the tables were there already, made by the backend
};

/// By version; empty without a history table.
std::vector<AppliedMigration> read_history(Database& database);

void record(Database& database, const AppliedMigration& migration);

/// Whether the backend made the database, and llmctl added its own tables to it. False without a
/// history table.
bool is_adopted(Database& database);

}  // namespace llmctl::storage
