#include "migration/migrate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/signals.h"
#include "storage/history.h"

namespace llmctl::migration {
namespace {

using storage::Database;

const EmbeddedMigration& find_migration(const MigrationSet& set, std::int64_t version) {
  return *std::ranges::find(set.migrations, version, &EmbeddedMigration::version);
}

/// Whether the backend makes its own tables here, so that llmctl only compares them.
bool backend_makes_tables(Database& database, const Status& status) {
  return status.state == State::adoptable || storage::is_adopted(database);
}

std::vector<Entry> entries_to_apply(const Status& status) {
  std::vector<Entry> entries;
  std::ranges::copy_if(status.entries, std::back_inserter(entries), [](const Entry& entry) {
    return entry.state == "pending" || entry.state == "adoptable";
  });
  return entries;
}

[[noreturn]] void throw_drift(Database& database, const Status& status) {
  throw_differences("the tables are not what the applied migrations made", status.differences,
                    storage::is_adopted(database)
                        ? "run the backend's own migrate first; llmctl migrate verify lists this"
                        : "llmctl migrate verify lists this; undo what was changed by hand");
}

[[noreturn]] void throw_not_adoptable(const Status& status) {
  const bool incomplete = std::ranges::any_of(status.differences, [](const Difference& difference) {
    return difference.kind == "missing table" || difference.kind == "missing column";
  });
  throw_differences("the chat backend's tables are not as llmctl knows them", status.differences,
                    incomplete
                        ? "run the backend's own migrate first; llmctl migrate adopt --dry-run "
                          "compares every column"
                        : "llmctl migrate adopt --dry-run compares every column; nothing was "
                          "changed");
}

/// Throws for every state that `up` must not touch.
void require_migratable(Database& database, const Status& status, const UpOptions& options) {
  require_known_history(status);
  if (status.state == State::drifted) throw_drift(database, status);
  if (status.state == State::backend) throw_not_adoptable(status);
  if (status.state == State::foreign && !options.into_existing) {
    throw Error(ErrorKind::refused,
                "the database holds tables of something else, and none of the chat backend's",
                options.adopt_only ? "check the URL"
                                   : "check the URL; --into-existing adds the tables all the same");
  }
}

/// --adopt-only: the safe word of pipelines in which the backend makes the database.
void require_no_backend_tables_to_make(const MigrationSet& set, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (!find_migration(set, entry.version).of_backend) continue;
    throw Error(ErrorKind::refused,
                fmt::format("'{}' would make the chat backend's tables, which --adopt-only forbids",
                            entry.name),
                "check the URL, and run the backend's own migrate first");
  }
}

/// What `up` would do now; empty: nothing.
struct Plan {
  std::vector<Entry> entries;
  bool adopts = false;
  State state = State::empty;
};

Plan make_plan(Database& database, const MigrationSet& set, const Status& status,
               const UpOptions& options) {
  require_migratable(database, status, options);
  Plan plan{entries_to_apply(status), backend_makes_tables(database, status), status.state};
  if (options.adopt_only && !plan.adopts) require_no_backend_tables_to_make(set, plan.entries);
  return plan;
}

Entry apply(Database& database, const EmbeddedMigration& migration, bool adopt, Clock& clock) {
  throw_if_interrupted();
  const Duration before = clock.elapsed();
  if (!adopt) database.execute_script(migration.sql, fmt::format("{}.sql", migration.name));
  const Timestamp now = clock.now();
  storage::record(
      database, {migration.version, std::string(migration.name), std::string(migration.sha256), now,
                 clock.elapsed() - before, LLMCTL_VERSION, adopt});
  return {migration.version, std::string(migration.name), adopt ? "adopted" : "applied", now,
          LLMCTL_VERSION};
}

/// "0003_seed_sets", what was applied last, or the state of a database without a history.
std::string state_for_name(Database& database, const Plan& plan) {
  const auto history = storage::read_history(database);
  return history.empty() ? std::string(state_name(plan.state)) : history.back().name;
}

/// There is nothing to lose in an empty database.
std::unique_ptr<Backup> back_up(Database& database, const UpOptions& options, const Plan& plan,
                                Clock& clock) {
  if (!options.backup || plan.state == State::empty) return nullptr;
  return std::make_unique<Backup>(database, *options.backup, clock.now(),
                                  state_for_name(database, plan));
}

/// Within the transaction: everything up to its commit.
std::vector<Entry> carry_out(Database& database, const MigrationSet& set, const Plan& plan,
                             Clock& clock) {
  std::vector<Entry> applied;
  database.execute_script(set.history_table, "history.sql");
  for (const Entry& entry : plan.entries) {
    const EmbeddedMigration& migration = find_migration(set, entry.version);
    applied.push_back(apply(database, migration, plan.adopts && migration.of_backend, clock));
  }
  database.write_stamp(set.stamp);
  throw_if_interrupted();
  return applied;
}

}  // namespace

bool is_current_by_stamp(const storage::Location& location) {
  return storage::read_stamp(location) == sqlite_stamp;
}

UpResult up(Database& database, const UpOptions& options, Clock& clock, const MigrationSet& set) {
  UpResult result{options.dry_run, {}, {}};
  const Plan first = make_plan(database, set, read_status(database, set), options);
  if (options.dry_run) result.applied = first.entries;
  if (options.dry_run || first.entries.empty()) return result;

  storage::SchemaTransaction transaction(database);
  // Whoever held the lock before us may have done the work.
  const Plan plan = make_plan(database, set, examine(database, set), options);
  if (plan.entries.empty()) return result;
  const auto backup = back_up(database, options, plan, clock);
  result.applied = carry_out(database, set, plan, clock);
  if (backup) backup->keep();
  transaction.commit();
  if (backup) {
    backup->remove_older();
    result.backup = {backup->file().string(), backup->restore_command()};
  }
  return result;
}

std::vector<Script> scripts() {
  const MigrationSet set = embedded_migrations();
  std::vector<Script> all{{"history.sql", std::string(set.history_table), ""}};
  for (const EmbeddedMigration& migration : set.migrations) {
    all.push_back({fmt::format("{}.sql", migration.name), std::string(migration.sql),
                   std::string(migration.sha256)});
  }
  return all;
}

}  // namespace llmctl::migration
