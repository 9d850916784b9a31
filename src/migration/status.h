#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "migration/comparison.h"
#include "migration/embedded.h"
#include "storage/database.h"

namespace llmctl::migration {

/// What a database is, seen from the migrations that this program carries.
enum class State {
  empty,         ///< no table at all
  current,       ///< every migration applied
  pending,       ///< some to apply
  adoptable,     ///< the chat backend made it, and its tables are as llmctl knows them
  newer,         ///< migrated by a newer llmctl
  edited,        ///< an applied migration had another text
  missing,       ///< an applied migration is not in this program
  out_of_order,  ///< a migration below the newest applied one was never applied
  drifted,       ///< the tables are not what the applied migrations made
  backend,       ///< the chat backend made it, and its tables are otherwise than llmctl knows them
  foreign,       ///< tables of something else
};
std::string_view state_name(State state);

/// What `status --exit-code` answers: 0 for current, 2 where `up` or somebody else may go on, 77
/// for foreign, 78 where no migration helps.
int exit_code(State state);

struct Entry {
  std::int64_t version = 0;
  std::string name;
  std::string
      state;  ///< applied, adopted, pending, adoptable, edited, missing, newer, out_of_order
  std::optional<Timestamp> applied_at;
  std::optional<std::string> tool_version;
};

struct Status {
  State state = State::empty;
  std::vector<Entry> entries;           ///< by version
  std::vector<Difference> differences;  ///< what makes it drifted or backend
};

/// A few reads that see one state of the database; no lock is taken and nothing is written. The
/// tables are compared only when the schema was changed since the latest `up`.
Status read_status(storage::Database& database, const MigrationSet& set = embedded_migrations());

/// The same within a Transaction or Snapshot of the caller's.
Status examine(storage::Database& database, const MigrationSet& set);

/// Throws Error(configuration) when the state is newer, edited, missing or out_of_order.
void require_known_history(const Status& status);

/// "3 differences: …" as an Error(configuration) with all of them as details; never returns.
[[noreturn]] void throw_differences(const std::string& message,
                                    const std::vector<Difference>& differences,
                                    const std::string& hint);

}  // namespace llmctl::migration
