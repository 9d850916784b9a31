#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migration/backup.h"
#include "migration/status.h"
#include "storage/database.h"

namespace llmctl::migration {

struct UpOptions {
  bool dry_run = false;
  bool into_existing = false;  ///< also into a database that holds tables of something else
  bool adopt_only = false;     ///< never make the backend's tables
  std::optional<BackupOptions> backup = {};  ///< copy the database before it is changed
};

struct BackupMade {
  std::string file;
  std::string restore;  ///< a line of shell
};

struct UpResult {
  bool dry_run = false;
  std::vector<Entry> applied;  ///< by this call, or adopted; with dry_run: would be
  std::optional<BackupMade> backup = {};
};

/// Whether `up` left the database with exactly this program's migrations and nobody changed the
/// schema since, told from its stamp without opening it. False means only that it has to be opened
/// to know. Makes an idle `llmctl migrate` cost little more than `llmctl --version`.
bool is_current_by_stamp(const storage::Location& location);

/// Applies all pending migrations in one transaction: all of them or none. A database that the
/// backend made is adopted: its tables are compared and left alone, llmctl's own are added. Any
/// number of callers may run at once; one applies, the others wait and find nothing to do. Throws
/// Error: configuration for the states that no migration can mend, with all differences as details;
/// refused for a foreign database, and with adopt_only where the backend's tables would be made;
/// failed with "file:line:column" for SQL that the engine refused, or with the rows that would
/// refer to nothing; io when the backup cannot be made.
UpResult up(storage::Database& database, const UpOptions& options, Clock& clock,
            const MigrationSet& set = embedded_migrations());

struct Script {
  std::string name;  ///< "0001_backend_tables.sql"
  std::string sql;
  std::string sha256;
};
/// The migrations' text in order, the history table first.
std::vector<Script> scripts();

}  // namespace llmctl::migration
