#include "migration/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "migration/expected.h"
#include "storage/history.h"

namespace llmctl::migration {
namespace {

using storage::AppliedMigration;
using storage::Database;

/// Where Django notes its own migrations: who has it was made by the backend.
constexpr std::string_view backend_history = "django_migrations";

std::string entry_state(const MigrationSet& set, const AppliedMigration& applied) {
  const auto known =
      std::ranges::find(set.migrations, applied.version, &EmbeddedMigration::version);
  if (known == set.migrations.end())
    return applied.version > set.migrations.back().version ? "newer" : "missing";
  if (known->sha256 != applied.sha256) return "edited";
  return applied.adopted ? "adopted" : "applied";
}

std::vector<Entry> list_entries(const MigrationSet& set,
                                const std::vector<AppliedMigration>& history) {
  std::vector<Entry> entries;
  entries.reserve(set.migrations.size());
  for (const AppliedMigration& applied : history) {
    entries.push_back({applied.version, applied.name, entry_state(set, applied), applied.applied_at,
                       applied.tool_version});
  }
  const std::int64_t newest = history.empty() ? 0 : history.back().version;
  for (const EmbeddedMigration& migration : set.migrations) {
    if (std::ranges::find(history, migration.version, &AppliedMigration::version) != history.end())
      continue;
    entries.push_back({migration.version,
                       std::string(migration.name),
                       migration.version < newest ? "out_of_order" : "pending",
                       {},
                       {}});
  }
  std::ranges::sort(entries, {}, &Entry::version);
  return entries;
}

/// The worst of the entries decides.
State overall(const std::vector<Entry>& entries) {
  constexpr std::array<std::pair<std::string_view, State>, 5> by_severity{
      {{"newer", State::newer},
       {"edited", State::edited},
       {"missing", State::missing},
       {"out_of_order", State::out_of_order},
       {"pending", State::pending}}};
  for (const auto& [name, state] : by_severity) {
    if (std::ranges::find(entries, name, &Entry::state) != entries.end()) return state;
  }
  return State::current;
}

std::vector<Difference> find_drift(Database& database, const MigrationSet& set,
                                   const std::vector<AppliedMigration>& history) {
  auto differences = compare_with_history(database, set, history).differences;
  std::erase_if(differences, [](const Difference& difference) { return !difference.is_drift; });
  return differences;
}

/// llmctl's own tables are not there before llmctl has made them.
std::vector<Difference> find_orphans(const std::vector<std::string>& tables) {
  std::vector<Difference> orphans;
  for (const std::string& table : tables) {
    if (table.starts_with("llmctl_") && table != storage::history_table)
      orphans.push_back({table, "", "extra table", "", "made by an llmctl whose history is gone"});
  }
  return orphans;
}

/// A database that llmctl has not migrated.
void examine_unknown(Database& database, const MigrationSet& set,
                     const std::vector<std::string>& tables, Status& status) {
  const auto expected = backend_schema(set);
  const bool known = std::ranges::any_of(tables, [&](const std::string& table) {
    return table == backend_history || find_table(expected, table) != nullptr;
  });
  status.state = State::foreign;
  if (!known) return;
  status.differences = compare_tables(expected, database.describe_tables(), Strictness::columns);
  std::ranges::move(find_orphans(tables), std::back_inserter(status.differences));
  status.state = status.differences.empty() ? State::adoptable : State::backend;
  if (status.state == State::backend) return;
  for (std::size_t i = 0; i < status.entries.size(); ++i) {
    if (set.migrations[i].of_backend) status.entries[i].state = "adoptable";
  }
}

}  // namespace

std::string_view state_name(State state) {
  switch (state) {
    case State::empty: return "empty";
    case State::current: return "current";
    case State::pending: return "pending";
    case State::adoptable: return "adoptable";
    case State::newer: return "newer";
    case State::edited: return "edited";
    case State::missing: return "missing";
    case State::out_of_order: return "out_of_order";
    case State::drifted: return "drifted";
    case State::backend: return "backend";
    case State::foreign: return "foreign";
  }
  return "unknown";
}

int exit_code(State state) {
  constexpr int differs = 2;
  switch (state) {
    case State::current: return 0;
    case State::empty:
    case State::pending:
    case State::adoptable:
    case State::drifted: return differs;
    case State::foreign: return exit_code(ErrorKind::refused);
    default: return exit_code(ErrorKind::configuration);
  }
}

Status examine(Database& database, const MigrationSet& set) {
  const auto history = storage::read_history(database);
  Status status;
  status.entries = list_entries(set, history);
  if (!history.empty()) {
    status.state = overall(status.entries);
    const bool comparable = status.state == State::current || status.state == State::pending;
    const bool untouched = status.state == State::current && database.read_stamp() == set.stamp;
    if (comparable && !untouched) status.differences = find_drift(database, set, history);
    if (!status.differences.empty()) status.state = State::drifted;
    return status;
  }
  auto tables = database.tables();
  std::erase(tables, storage::history_table);
  if (!tables.empty()) examine_unknown(database, set, tables, status);
  return status;
}

Status read_status(Database& database, const MigrationSet& set) {
  const storage::Snapshot snapshot(database);
  return examine(database, set);
}

void require_known_history(const Status& status) {
  std::string names;
  for (const Entry& entry : status.entries) {
    if (entry.state == state_name(status.state))
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", entry.name);
  }
  switch (status.state) {
    case State::newer:
      throw Error(ErrorKind::configuration,
                  fmt::format("the database was migrated by a newer llmctl: {}", names),
                  "install that version; this one is " LLMCTL_VERSION);
    case State::edited:
      throw Error(ErrorKind::configuration,
                  fmt::format("applied with another text than this llmctl has: {}", names),
                  "use the llmctl that made the database, or a new database");
    case State::missing:
      throw Error(ErrorKind::configuration,
                  fmt::format("applied, but unknown to this llmctl: {}", names),
                  "use the llmctl that made the database");
    case State::out_of_order:
      throw Error(ErrorKind::configuration,
                  fmt::format("older than what is applied, but never applied: {}", names),
                  "use the llmctl that made the database");
    default: return;
  }
}

void throw_differences(const std::string& message, const std::vector<Difference>& differences,
                       const std::string& hint) {
  Error error(ErrorKind::configuration,
              fmt::format("{}: {} difference{}", message, differences.size(),
                          differences.size() == 1 ? "" : "s"),
              hint);
  for (const Difference& difference : differences)
    error.details.push_back({"", 0, 0, to_string(difference)});
  throw error;
}

}  // namespace llmctl::migration
