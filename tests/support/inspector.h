#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace llmctl::test {

/// Reads and changes an SQLite file without any code of the program's.
class Inspector {
 public:
  enum class Opening { existing, create };
  explicit Inspector(const std::filesystem::path& file, Opening opening = Opening::existing);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  void execute(const std::string& sql);
  std::int64_t number(const std::string& sql);
  /// The first column of every row.
  std::vector<std::string> texts(const std::string& sql);
  /// What integrity_check and foreign_key_check find; empty when the file is sound.
  std::string damage();

 private:
  std::unique_ptr<SQLite::Database> database_;
};

/// SHA-256 of the file and of a log or journal with content beside it; tells whether anything was
/// written.
std::string fingerprint(const std::filesystem::path& file);

}  // namespace llmctl::test
