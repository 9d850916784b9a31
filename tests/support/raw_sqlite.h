#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>

namespace llmctl::test {

/// A second look at a database file, past llmctl's own driver.
class RawSqlite {
 public:
  explicit RawSqlite(const std::filesystem::path& file)
      : database_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {}

  void run(const std::string& sql) { database_.exec(sql); }
  /// The first value as text, "NULL" for NULL.
  std::string text(const std::string& sql) {
    SQLite::Statement statement(database_, sql);
    if (!statement.executeStep()) return "no row";
    return statement.isColumnNull(0) ? "NULL" : statement.getColumn(0).getString();
  }

 private:
  SQLite::Database database_;
};

}  // namespace llmctl::test
