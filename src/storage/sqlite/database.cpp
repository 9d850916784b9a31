#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cmath>
#include <random>
#include <thread>
#include <unordered_map>

#include "base/error.h"
#include "base/signals.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/file_checks.h"
#include "storage/sqlite/open.h"

namespace llmctl::storage::sqlite {
namespace {

/// The backend's text form of a time: UTC, blank, no zone, no fraction when it is zero.
std::string encode(Timestamp time) {
  std::string text = to_rfc3339(time);
  text[10] = ' ';
  text.pop_back();
  if (text.ends_with(".000000")) text.resize(text.size() - 7);
  return text;
}

void bind(SQLite::Statement& statement, int index, const Value& value) {
  struct Binder {
    SQLite::Statement& statement;
    int index;
    void operator()(std::monostate) const { statement.bind(index); }
    void operator()(const std::string& text) const { statement.bindNoCopy(index, text); }
    void operator()(std::int64_t number) const { statement.bind(index, number); }
    void operator()(const Uuid& id) const { statement.bind(index, to_hex(id)); }
    void operator()(Timestamp time) const { statement.bind(index, encode(time)); }
    // NUMERIC affinity makes a number of it.
    void operator()(Decimal decimal) const { statement.bind(index, to_string(decimal)); }
  };
  std::visit(Binder{statement, index}, value.content());
}

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(SQLite::Statement& statement) : statement_(statement) {}

  bool is_null(int column) const override { return statement_.getColumn(column).isNull(); }
  std::int64_t integer(int column) const override {
    const SQLite::Column value = statement_.getColumn(column);
    return decoded(column, value.isInteger() ? std::optional(value.getInt64()) : std::nullopt,
                   "whole number");
  }
  bool boolean(int column) const override {
    const SQLite::Column value = statement_.getColumn(column);
    return value.isInteger() && value.getInt64() == 1;
  }
  std::string text(int column) const override { return statement_.getColumn(column).getString(); }
  Uuid uuid(int column) const override { return decoded(column, parse_uuid(text(column)), "UUID"); }
  Timestamp timestamp(int column) const override {
    return decoded(column, parse_rfc3339(text(column)), "time");
  }
  JsonText json(int column) const override { return {text(column)}; }
  Decimal decimal(int column) const override {
    const SQLite::Column value = statement_.getColumn(column);
    const bool is_number = value.isInteger() || value.isFloat();
    const double millionths = is_number ? value.getDouble() * 1e6 : 0;
    // Beyond that a double is not exact any more.
    const bool fits = is_number && std::abs(millionths) < 9007199254740992.0;
    return decoded(column, fits ? std::optional(Decimal{std::llround(millionths)}) : std::nullopt,
                   "decimal");
  }

 private:
  template <class T>
  T decoded(int column, const std::optional<T>& value, std::string_view type) const {
    if (value) return *value;
    throw Error(ErrorKind::damaged,
                fmt::format("column {} holds '{}', which is no {}",
                            statement_.getColumnName(column), text(column), type));
  }

  SQLite::Statement& statement_;
};

/// SQLite's own handler backs off in fixed steps and starves waiters; short random sleeps do not.
struct BusyHandler {
  Duration limit;
  std::function<void(std::string_view)> notify;
  // Processes started together must not wait in step. (std::random_device would bind the program to
  // glibc 2.36.)
  std::minstd_rand random{static_cast<unsigned>(getpid())};
  std::chrono::steady_clock::time_point since{};
  bool told = false;

  bool wait(int calls) {
    const auto now = std::chrono::steady_clock::now();
    if (calls == 0) {
      since = now;
      told = false;
    }
    const auto waited = now - since;
    if (waited >= limit || interrupted()) return false;
    if (!told && waited >= std::chrono::seconds(1) && notify) {
      told = true;
      notify(fmt::format("waiting for another program to release the database (up to {})",
                         to_string(limit)));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(1000 + random() % 4000));
    return true;
  }
};

std::pair<int, int> line_and_column(std::string_view text, std::size_t offset) {
  int line = 1;
  int column = 1;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((c & 0xc0) != 0x80) {
      ++column;
    }
  }
  return {line, column};
}

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
        busy_{.limit = options.lock_timeout, .notify = options.notify},
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
    const char* rest = sql.data();
    const char* const end = sql.data() + sql.size();
    while (rest < end) {
      sqlite3_stmt* statement = nullptr;
      const char* next = rest;
      int code = sqlite3_prepare_v2(database_.getHandle(), rest, static_cast<int>(end - rest),
                                    &statement, &next);
      const int error_offset = sqlite3_error_offset(database_.getHandle());
      if (code == SQLITE_OK && statement != nullptr) {
        do {
          code = sqlite3_step(statement);
        } while (code == SQLITE_ROW);
        sqlite3_finalize(statement);
        if (code == SQLITE_DONE) code = SQLITE_OK;
      }
      if (code != SQLITE_OK) {
        throw_script_error(sql, name,
                           static_cast<std::size_t>(rest - sql.data()) + std::max(error_offset, 0));
      }
      rest = next;
    }
  }

  void write_stamp(std::int32_t stamp) override {
    execute(fmt::format("PRAGMA user_version = {}", stamp), {});
  }

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
      throw_error(problem.getExtendedErrorCode(), problem.what(), doing, path_);
    }
  }

  SQLite::Statement& statement(std::string_view sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return *found->second;
    const std::string text(sql);
    auto prepared = std::make_unique<SQLite::Statement>(database_, text);
    return *statements_.emplace(text, std::move(prepared)).first->second;
  }

  [[noreturn]] void throw_script_error(std::string_view sql, std::string_view name,
                                       std::size_t offset) {
    const int code = sqlite3_extended_errcode(database_.getHandle());
    const std::string message = sqlite3_errmsg(database_.getHandle());
    if ((code & 0xff) != SQLITE_ERROR && (code & 0xff) != SQLITE_CONSTRAINT) {
      throw_error(code, message, "writing to", path_);
    }
    const std::size_t statement_start = sql.find_first_not_of(" \t\r\n;", offset);
    const auto [line, column] = line_and_column(sql, std::min(statement_start, sql.size()));
    throw Error(ErrorKind::failed, fmt::format("{}:{}:{}: {}", name, line, column, message),
                "nothing of it was applied");
  }

  std::string path_;
  BusyHandler busy_;
  SQLite::Database database_;
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
  if (location.path == ":memory:") {
    return connect(location, ":memory:", SQLite::OPEN_READWRITE, options);
  }
  FileState state = check_file(location.path);
  if (state == FileState::missing && options.access != Access::create) {
    throw Error(ErrorKind::configuration,
                fmt::format("there is no database '{}'", location.display),
                "llmctl migrate creates it; --db, LLMCTL_DB or DATABASE_URL name another");
  }
  if (options.access == Access::read_only) return open_read_only(location, options);

  if (state == FileState::missing) create_file(location.path);
  auto database = connect(location, location.path, SQLite::OPEN_READWRITE, options);
  if (database->is_read_only()) {
    throw Error(ErrorKind::io, fmt::format("'{}' is read-only", location.display),
                "check the permissions of the file and its directory");
  }
  if (options.access != Access::create) return database;
  // A program that was killed may have left a file that has a header and no tables.
  if (state != FileState::database || database->tables().empty()) database->prepare_new_file();
  return database;
}

}  // namespace llmctl::storage::sqlite
