#include "storage/sqlite/script.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/table_sql.h"

namespace llmctl::storage::sqlite {
namespace {

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

/// Whether the SQL is to blame, and not the file, the disk or another program.
bool is_mistake(int extended_code) {
  switch (extended_code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_AUTH:
    case SQLITE_RANGE: return true;
    default: return false;
  }
}

/// While it lives, notes what the connection's statements are going to change: SQLite asks when it
/// prepares each of them (https://sqlite.org/c3ref/set_authorizer.html).
class EffectWatch {
 public:
  explicit EffectWatch(sqlite3* connection) : connection_(connection) {
    sqlite3_set_authorizer(connection, note, this);
  }
  ~EffectWatch() { sqlite3_set_authorizer(connection_, nullptr, nullptr); }
  EffectWatch(const EffectWatch&) = delete;
  EffectWatch& operator=(const EffectWatch&) = delete;

  void begin_statement() { drops_table_ = false; }

  ScriptEffects effects;

 private:
  static int note(void* self, int action, const char* first, const char* second, const char*,
                  const char*) {
    static_cast<EffectWatch*>(self)->note(action, first, second);
    return SQLITE_OK;
  }

  void note(int action, const char* first, const char* second) {
    const bool writes = action == SQLITE_INSERT || action == SQLITE_UPDATE ||
                        action == SQLITE_DELETE || action == SQLITE_CREATE_TABLE ||
                        action == SQLITE_DROP_TABLE;
    const char* table = action == SQLITE_ALTER_TABLE ? second : writes ? first : nullptr;
    if (table != nullptr && !std::string_view(table).starts_with("sqlite_"))
      effects.tables.insert(to_lower_ascii(table));
    // A table that is dropped takes its triggers with it, and SQLite asks about each of them, too.
    drops_table_ |= action == SQLITE_DROP_TABLE;
    if (action == SQLITE_DROP_TRIGGER && !drops_table_) effects.dropped_triggers.insert(first);
  }

  sqlite3* connection_;
  bool drops_table_ = false;  ///< the statement that is being prepared
};

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using OwnedStatement = std::unique_ptr<sqlite3_stmt, Finalizer>;

struct Outcome {
  int code = SQLITE_OK;
  int error_offset = -1;  ///< in the statement; -1: SQLite does not say
  std::size_t length = 0;
};

/// The first statement of `sql`.
Outcome run_statement(sqlite3* connection, std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const char* next = nullptr;
  Outcome outcome;
  outcome.code =
      sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &prepared, &next);
  const OwnedStatement statement(prepared);
  if (outcome.code != SQLITE_OK) {
    outcome.error_offset = sqlite3_error_offset(connection);
    return outcome;
  }
  outcome.length = static_cast<std::size_t>(next - sql.data());
  if (!statement) return outcome;
  do {
    outcome.code = sqlite3_step(prepared);
  } while (outcome.code == SQLITE_ROW);
  if (outcome.code == SQLITE_DONE) outcome.code = SQLITE_OK;
  return outcome;
}

/// `start` is where the statement begins, comments before it included.
[[noreturn]] void throw_script_error(sqlite3* connection, std::string_view sql,
                                     std::string_view name, std::size_t start, int error_offset,
                                     const std::string& path) {
  const int code = sqlite3_extended_errcode(connection);
  const std::string message = sqlite3_errmsg(connection);
  if (!is_mistake(code)) throw_error(code, message, "writing to", path);
  const std::size_t offset = error_offset >= 0 ? static_cast<std::size_t>(error_offset)
                                               : length_of_nothing(sql.substr(start));
  const auto [line, column] = line_and_column(sql, std::min(start + offset, sql.size()));
  throw Error(ErrorKind::failed, fmt::format("{}:{}:{}: {}", name, line, column, message),
              "nothing of it was applied");
}

}  // namespace

ScriptEffects run_script(sqlite3* connection, std::string_view sql, std::string_view name,
                         const std::string& path) {
  EffectWatch watch(connection);
  for (std::size_t at = 0; at < sql.size();) {
    watch.begin_statement();
    const Outcome outcome = run_statement(connection, sql.substr(at));
    if (outcome.code != SQLITE_OK)
      throw_script_error(connection, sql, name, at, outcome.error_offset, path);
    at += outcome.length;
  }
  return std::move(watch.effects);
}

}  // namespace llmctl::storage::sqlite
