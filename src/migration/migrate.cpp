#include "migration/migrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "migration/embedded.h"

namespace llmctl::migration {
namespace {

using storage::Database;
using storage::Row;

constexpr std::string_view history_table = "llmctl_migrations";
constexpr std::array<std::string_view, 8> backend_tables{"agents",        "agents_allowed_llms",
                                                         "conversations", "django_migrations",
                                                         "llm_providers", "messages",
                                                         "tools",         "tools_agents"};

struct Applied {
  std::int64_t version = 0;
  std::string name;
  std::string sha256;
  Timestamp applied_at;
  std::string tool_version;
};

std::vector<Applied> read_history(Database& database) {
  return storage::collect(
      database,
      "SELECT version, name, sha256, applied_at, tool_version FROM llmctl_migrations ORDER BY "
      "version",
      {}, [](const Row& row) {
        return Applied{row.integer(0), row.text(1), row.text(2), row.timestamp(3), row.text(4)};
      });
}

/// A database without a history.
State state_of_tables(const std::vector<std::string>& tables) {
  if (tables.empty()) return State::empty;
  const bool known = std::ranges::any_of(tables, [](const std::string& table) {
    return std::ranges::find(backend_tables, table) != backend_tables.end();
  });
  return known ? State::backend : State::foreign;
}

const EmbeddedMigration* find_embedded(std::int64_t version) {
  const auto found = std::ranges::find(sqlite_migrations, version, &EmbeddedMigration::version);
  return found == sqlite_migrations.end() ? nullptr : &*found;
}

std::string entry_state(const Applied& applied) {
  const EmbeddedMigration* known = find_embedded(applied.version);
  if (known != nullptr) return known->sha256 == applied.sha256 ? "applied" : "edited";
  return applied.version > sqlite_migrations.back().version ? "newer" : "missing";
}

std::vector<Entry> compare(const std::vector<Applied>& history) {
  std::vector<Entry> entries;
  for (const Applied& applied : history) {
    entries.push_back({applied.version, applied.name, entry_state(applied), applied.applied_at,
                       applied.tool_version});
  }
  const std::int64_t newest = history.empty() ? 0 : history.back().version;
  for (const EmbeddedMigration& migration : sqlite_migrations) {
    if (std::ranges::find(history, migration.version, &Applied::version) != history.end()) continue;
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

std::string names_in_state(const Status& status) {
  std::string names;
  for (const Entry& entry : status.entries) {
    if (entry.state == state_name(status.state))
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", entry.name);
  }
  return names;
}

/// Throws for every state that `up` must not touch.
void require_migratable(const Status& status, const UpOptions& options) {
  switch (status.state) {
    case State::empty:
    case State::current:
    case State::pending: return;
    case State::newer:
      throw Error(
          ErrorKind::configuration,
          fmt::format("the database was migrated by a newer llmctl: {}", names_in_state(status)),
          "install that version; this one is " LLMCTL_VERSION);
    case State::edited:
      throw Error(
          ErrorKind::configuration,
          fmt::format("applied with another text than this llmctl has: {}", names_in_state(status)),
          "use the llmctl that made the database, or a new database");
    case State::missing:
      throw Error(ErrorKind::configuration,
                  fmt::format("applied, but unknown to this llmctl: {}", names_in_state(status)),
                  "use the llmctl that made the database");
    case State::out_of_order:
      throw Error(
          ErrorKind::configuration,
          fmt::format("older than what is applied, but never applied: {}", names_in_state(status)),
          "use the llmctl that made the database");
    case State::backend:
      throw Error(ErrorKind::configuration,
                  "the chat backend made this database; this version of llmctl cannot adopt it",
                  "let llmctl make its own: name a file that does not exist with --db");
    case State::foreign:
      if (options.into_existing) return;
      throw Error(ErrorKind::refused,
                  "the database holds tables of something else, and none of the chat backend's",
                  "check the URL; --into-existing adds the tables all the same");
  }
}

Entry apply(Database& database, const EmbeddedMigration& migration, Clock& clock) {
  const Duration before = clock.elapsed();
  database.execute_script(migration.sql, fmt::format("{}.sql", migration.name));
  const Timestamp now = clock.now();
  database.execute(
      "INSERT INTO llmctl_migrations (version, name, sha256, applied_at, duration_us, "
      "tool_version, applied_by) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'applied')",
      {migration.version, migration.name, migration.sha256, now, (clock.elapsed() - before).count(),
       LLMCTL_VERSION});
  return {migration.version, std::string(migration.name), "applied", now, LLMCTL_VERSION};
}

std::vector<Entry> pending_entries(const Status& status) {
  std::vector<Entry> pending;
  std::ranges::copy_if(status.entries, std::back_inserter(pending),
                       [](const Entry& entry) { return entry.state == "pending"; });
  return pending;
}

}  // namespace

std::string_view state_name(State state) {
  switch (state) {
    case State::empty: return "empty";
    case State::current: return "current";
    case State::pending: return "pending";
    case State::newer: return "newer";
    case State::edited: return "edited";
    case State::missing: return "missing";
    case State::out_of_order: return "out_of_order";
    case State::backend: return "backend";
    case State::foreign: return "foreign";
  }
  return "unknown";
}

Status read_status(Database& database) {
  const std::vector<std::string> tables = database.tables();
  const bool has_history = std::ranges::binary_search(tables, history_table);
  std::vector<Applied> history;
  if (has_history) history = read_history(database);

  Status status;
  status.entries = compare(history);
  status.state = has_history ? overall(status.entries) : state_of_tables(tables);
  return status;
}

bool is_current_by_stamp(const storage::Location& location) {
  return storage::read_stamp(location) == sqlite_stamp;
}

UpResult up(Database& database, const UpOptions& options, Clock& clock) {
  UpResult result{options.dry_run, {}};
  Status status = read_status(database);
  require_migratable(status, options);
  if (status.state == State::current) return result;
  if (options.dry_run) {
    result.applied = pending_entries(status);
    return result;
  }

  storage::Transaction transaction(database);
  // Whoever held the lock before us may have done the work.
  status = read_status(database);
  require_migratable(status, options);
  if (status.state == State::current) return result;
  database.execute_script(sqlite_history_table, "history.sql");
  for (const Entry& entry : pending_entries(status)) {
    result.applied.push_back(apply(database, *find_embedded(entry.version), clock));
  }
  database.write_stamp(sqlite_stamp);
  transaction.commit();
  return result;
}

std::vector<Script> scripts() {
  std::vector<Script> all{{"history.sql", std::string(sqlite_history_table), ""}};
  for (const EmbeddedMigration& migration : sqlite_migrations) {
    all.push_back({fmt::format("{}.sql", migration.name), std::string(migration.sql),
                   std::string(migration.sha256)});
  }
  return all;
}

}  // namespace llmctl::migration
