#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "storage/database.h"

namespace llmctl::migration {

/// What a database is, seen from the migrations that this program carries.
enum class State {
  empty,         ///< no table at all
  current,       ///< every migration applied
  pending,       ///< some to apply
  newer,         ///< migrated by a newer llmctl
  edited,        ///< an applied migration had another text
  missing,       ///< an applied migration is not in this program
  out_of_order,  ///< a migration below the newest applied one was never applied
  backend,       ///< the chat backend made it
  foreign,       ///< tables of something else
};
std::string_view state_name(State state);

struct Entry {
  std::int64_t version = 0;
  std::string name;
  std::string state;  ///< applied, pending, edited, missing, newer or out_of_order
  std::optional<Timestamp> applied_at;
  std::optional<std::string> tool_version;
};

struct Status {
  State state = State::empty;
  std::vector<Entry> entries;  ///< by version
};

/// Two reads; no lock is taken and nothing is written.
Status read_status(storage::Database& database);

struct UpOptions {
  bool dry_run = false;
  bool into_existing = false;  ///< also into a database that holds tables of something else
};

struct UpResult {
  bool dry_run = false;
  std::vector<Entry> applied;  ///< by this call; with dry_run: would be
};

/// Whether `up` left the database with exactly this program's migrations, told from its stamp
/// without opening it. False means only that it has to be opened to know. Makes an idle `llmctl
/// migrate` cost little more than `llmctl --version`.
bool is_current_by_stamp(const storage::Location& location);

/// Applies all pending migrations in one transaction: all of them or none. Any number of callers
/// may run at once; one applies, the others wait and find nothing to do. Throws Error:
/// configuration for the states that no migration can mend, refused for a foreign database, failed
/// with "file:line:column" for SQL that the engine refused.
UpResult up(storage::Database& database, const UpOptions& options, Clock& clock);

struct Script {
  std::string name;  ///< "0001_backend_tables.sql"
  std::string sql;
  std::string sha256;
};
/// The migrations' text in order, the history table first (version 0).
std::vector<Script> scripts();

}  // namespace llmctl::migration
