#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/signals.h"
#include "storage/history.h"
#include "storage/sqlite/busy_handler.h"
#include "storage/sqlite/copy.h"
#include "storage/sqlite/describe.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/file_checks.h"
#include "storage/sqlite/open.h"
#include "storage/sqlite/references.h"
#include "storage/sqlite/script.h"
#include "storage/sqlite/stamp.h"
#include "storage/sqlite/values.h"

namespace llmctl::storage::sqlite {
namespace {

/// Finds a text without making a std::string of it.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const Location& location, const std::string& file, int flags,
                 const OpenOptions& options)
      : path_(location.display),
        busy_(make_busy_handler(options.lock_timeout, options.notify)),
        database_(file, flags) {
    sqlite3* handle = database_.getHandle();
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_handler(
        handle,
        [](void* self, int calls) { return static_cast<BusyHandler*>(self)->wait(calls) ? 1 : 0; },
        &busy_);
    constexpr int operations_between_checks = 20'000;
    sqlite3_progress_handler(
        handle, operations_between_checks, [](void*) { return interrupted() ? 1 : 0; }, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // TRUSTED_SCHEMA stays on: SQLite 3.40 calls JSON_VALID in the tables' checks unsafe without
    // it.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    run("PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON", "opening");
  }

  const Dialect& dialect() const override {
    static constexpr Dialect sqlite{"sqlite"};
    return sqlite;
  }

  bool has_written() const override { return has_written_; }

  std::vector<std::string> tables() override {
    return collect(*this,
                   "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                   "'sqlite\\_%' ESCAPE '\\' "
                   "ORDER BY name",
                   {}, [](const Row& row) { return row.text(0); });
  }

  bool has_table(std::string_view name) override {
    return find_one(*this, "SELECT 1 FROM sqlite_schema WHERE name = ?1 AND type = 'table'",
                    {std::string(name)}, [](const Row&) { return true; })
        .has_value();
  }

  std::int64_t execute(std::string_view sql, const Values& parameters) override {
    std::int64_t changed = 0;
    with_statement(sql, parameters, "writing to", [&](SQLite::Statement& statement) {
      while (statement.executeStep()) {
      }
      changed = database_.getChanges();
    });
    return changed;
  }

  void query(std::string_view sql, const Values& parameters, const Visitor& visit) override {
    with_statement(sql, parameters, "reading", [&](SQLite::Statement& statement) {
      const SqliteRow row(statement);
      while (statement.executeStep()) visit(row);
    });
  }

  void execute_script(std::string_view sql, std::string_view name) override {
    const auto triggers_before = triggers();
    touched_tables_.merge(run_script(database_.getHandle(), sql, name, path_));
    const auto triggers_now = triggers();
    const auto tables_now = tables();
    for (const Trigger& trigger : triggers_before) {
      if (std::ranges::find(triggers_now, trigger.name, &Trigger::name) == triggers_now.end() &&
          std::ranges::binary_search(tables_now, trigger.table)) {
        execute(trigger.sql, {});
      }
    }
  }

  std::vector<TableSchema> describe_tables() override { return sqlite::describe_tables(*this); }

  void write_stamp(std::int32_t stamp) override {
    const Versions versions = read_versions();
    if (versions.user != 0 && !is_stamp(versions.user)) return;
    execute(fmt::format("PRAGMA user_version = {}", encode_stamp(stamp, versions.schema)), {});
  }

  std::optional<std::int32_t> read_stamp() override {
    const Versions versions = read_versions();
    return decode_stamp(versions.user, versions.schema);
  }

  void copy_to(const std::string& file) override { copy_database(database_.getFilename(), file); }

  std::vector<std::string> find_damage() override {
    std::vector<std::string> findings;
    query("PRAGMA integrity_check", {}, [&](const Row& row) {
      if (row.text(0) != "ok") findings.push_back(row.text(0));
    });
    query("PRAGMA foreign_key_check", {}, [&](const Row& row) {
      findings.push_back(fmt::format("row {} of {} refers to a row of {} that does not exist",
                                     row.text(1), row.text(0), row.text(2)));
    });
    return findings;
  }

  /// Settings that only an empty file takes.
  void prepare_new_file() {
    sqlite3* handle = database_.getHandle();
    // SQLite does not call the busy handler while it changes the journal mode.
    for (int calls = 0;; ++calls) {
      const int code =
          sqlite3_exec(handle, "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL", nullptr,
                       nullptr, nullptr);
      if (code == SQLITE_OK) return;
      if ((code & 0xff) != SQLITE_BUSY || !busy_.wait(calls))
        throw_latest_error(handle, "creating", path_);
    }
  }

  bool is_read_only() const { return sqlite3_db_readonly(database_.getHandle(), "main") == 1; }

 private:
  void begin() override { execute("BEGIN IMMEDIATE", {}); }
  void commit() override {
    execute("COMMIT", {});
    has_written_ = true;
  }
  void rollback() noexcept override {
    sqlite3_exec(database_.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  // `foreign_keys` cannot be changed within a transaction.
  void begin_schema_change() override {
    touched_tables_.clear();
    run("PRAGMA foreign_keys=OFF", "opening");
    try {
      begin();
    } catch (const Error&) {
      run("PRAGMA foreign_keys=ON", "opening");
      throw;
    }
  }
  void commit_schema_change() override {
    require_references(*this, touched_tables_);
    commit();
  }
  void end_schema_change() noexcept override {
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) rollback();
    sqlite3_exec(database_.getHandle(), "PRAGMA foreign_keys=ON", nullptr, nullptr, nullptr);
  }

  void begin_snapshot() override { execute("BEGIN", {}); }
  void end_snapshot() noexcept override { rollback(); }

  struct Versions {
    std::int64_t user = 0;
    std::int64_t schema = 0;  ///< counts the changes of the schema
  };
  Versions read_versions() { return {pragma("user_version"), pragma("schema_version")}; }
  std::int64_t pragma(std::string_view name) {
    return find_one(*this, fmt::format("PRAGMA {}", name), {},
                    [](const Row& row) { return row.integer(0); })
        .value_or(0);
  }

  struct Trigger {
    std::string name, table, sql;
  };
  std::vector<Trigger> triggers() {
    return collect(*this, "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'",
                   {}, [](const Row& row) {
                     return Trigger{row.text(0), row.text(1), row.text(2)};
                   });
  }

  void run(const char* sql, std::string_view doing) {
    if (sqlite3_exec(database_.getHandle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw_latest_error(database_.getHandle(), doing, path_);
    }
  }

  /// Prepares on first use, binds, runs `use`, and leaves the statement reset so that it holds no
  /// lock.
  template <class Use>
  void with_statement(std::string_view sql, const Values& parameters, std::string_view doing,
                      Use use) {
    try {
      SQLite::Statement& cached = statement(sql);
      struct Resetter {
        SQLite::Statement& statement;
        ~Resetter() {
          statement.tryReset();
          statement.clearBindings();
        }
      } resetter{cached};
      for (std::size_t i = 0; i < parameters.size(); ++i)
        bind(cached, static_cast<int>(i) + 1, parameters[i]);
      use(cached);
    } catch (const SQLite::Exception& problem) {
      const std::string_view message = problem.what();
      if (message.starts_with("no such table") || message.starts_with("no such column"))
        throw_lacks_schema(message);
      throw_error(problem.getExtendedErrorCode(), message, doing, path_);
    }
  }

  [[noreturn]] void throw_lacks_schema(std::string_view message) {
    const bool is_ours = has_table(storage::history_table) || tables().empty();
    throw Error(ErrorKind::configuration,
                fmt::format("'{}' has not the schema llmctl needs ({})", path_, message),
                is_ours ? "llmctl migrate"
                        : "llmctl migrate status says what the database is, and what to do");
  }

  SQLite::Statement& statement(std::string_view sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return *found->second;
    const std::string text(sql);
    auto prepared = std::make_unique<SQLite::Statement>(database_, text);
    return *statements_.emplace(text, std::move(prepared)).first->second;
  }

  std::string path_;
  BusyHandler busy_;
  SQLite::Database database_;
  std::set<std::string> touched_tables_;  ///< by scripts, since the schema change began
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>, TextHash, std::equal_to<>>
      statements_;
  bool has_written_ = false;
};

/// Percent-encodes what a file: URI would read as its own syntax.
std::string file_uri(const std::string& path, std::string_view parameters) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", c);
    } else {
      uri += c;
    }
  }
  return uri + "?" + std::string(parameters);
}

/// Connections are not shared between threads, and nobody asks SQLite how much memory it uses:
/// neither needs its locks.
void configure_library() {
  static const bool done = [] {
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    return true;
  }();
  (void)done;
}

std::unique_ptr<SqliteDatabase> connect(const Location& location, const std::string& file,
                                        int flags, const OpenOptions& options) {
  configure_library();
  try {
    return std::make_unique<SqliteDatabase>(location, file, flags, options);
  } catch (const SQLite::Exception& problem) {
    throw_error(problem.getExtendedErrorCode(), problem.what(), "opening", location.display);
  }
}

/// A file that is made if it is missing, and removed again if nothing could be written to it.
class NewFile {
 public:
  NewFile(const std::string& path, bool is_missing, unsigned mode) : path_(path) {
    if (is_missing) is_ours_ = create_file(path, mode);
  }
  ~NewFile() {
    if (is_ours_) remove_if_empty(path_);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  void keep() { is_ours_ = false; }

 private:
  const std::string& path_;
  bool is_ours_ = false;
};

std::unique_ptr<SqliteDatabase> open_read_only(const Location& location,
                                               const OpenOptions& options) {
  if (!must_open_immutable(location.path)) {
    return connect(location, location.path, SQLite::OPEN_READONLY, options);
  }
  if (options.notify) {
    options.notify(fmt::format(
        "the directory of '{}' is not writable: reading the file as it stands", location.display));
  }
  const std::string file = std::filesystem::absolute(location.path).string();
  return connect(location, file_uri(file, "immutable=1"), SQLite::OPEN_READONLY | SQLite::OPEN_URI,
                 options);
}

}  // namespace

std::unique_ptr<Database> open(const Location& location, const OpenOptions& options) {
  // An empty path is a temporary file without a name.
  if (location.path == ":memory:" || location.path.empty()) {
    return connect(location, location.path, SQLite::OPEN_READWRITE, options);
  }
  FileState state = check_file(location.path);
  if (state == FileState::missing && options.access != Access::create) {
    throw Error(ErrorKind::configuration,
                fmt::format("there is no database '{}'", location.display),
                "llmctl migrate creates it; --db, LLMCTL_DB or DATABASE_URL name another");
  }
  if (options.access == Access::read_only) return open_read_only(location, options);

  NewFile new_file(location.path, state == FileState::missing, options.file_mode);
  auto database = connect(location, location.path, SQLite::OPEN_READWRITE, options);
  if (database->is_read_only()) {
    throw Error(ErrorKind::io, fmt::format("'{}' is read-only", location.display),
                "check the permissions of the file and its directory");
  }
  if (options.access != Access::create) return database;
  // A program that was killed may have left a file that has a header and no tables.
  if (state != FileState::database || database->tables().empty()) database->prepare_new_file();
  new_file.keep();
  return database;
}

}  // namespace llmctl::storage::sqlite
