#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace llmctl::bench {

/// A look into a database file, to learn what llmctl wrote so that the sqlite3 shell can be made to
/// write the same.
class Database {
 public:
  explicit Database(const std::filesystem::path& file);
  /// The first column of every row.
  std::vector<std::string> column(const std::string& sql) const;
  std::string value(const std::string& sql) const { return column(sql).at(0); }
  /// INSERT statements that write these rows.
  std::string as_inserts(const std::string& table, const std::string& condition = "TRUE") const;

 private:
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

/// Transactions in a write-ahead log: frames that carry the size of the database after a commit.
int commits_in_log(const std::filesystem::path& log);

}  // namespace llmctl::bench
