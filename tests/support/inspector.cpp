#include "tests/support/inspector.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/sha256.h"
#include "tests/support/database.h"

namespace llmctl::test {
namespace {

constexpr int patience_ms = 60'000;

}  // namespace

Inspector::Inspector(const std::filesystem::path& file, Opening opening)
    : database_(std::make_unique<SQLite::Database>(
          file.string(),
          SQLite::OPEN_READWRITE | (opening == Opening::create ? SQLite::OPEN_CREATE : 0),
          patience_ms)) {}

Inspector::~Inspector() = default;

void Inspector::execute(const std::string& sql) { database_->exec(sql); }

std::int64_t Inspector::number(const std::string& sql) {
  return database_->execAndGet(sql).getInt64();
}

std::vector<std::string> Inspector::texts(const std::string& sql) {
  SQLite::Statement statement(*database_, sql);
  std::vector<std::string> all;
  while (statement.executeStep()) all.push_back(statement.getColumn(0).getString());
  return all;
}

std::string Inspector::damage() {
  std::string findings;
  for (const std::string& line : texts("PRAGMA integrity_check")) {
    if (line != "ok") findings += line + "\n";
  }
  for (const std::string& table : texts("PRAGMA foreign_key_check"))
    findings += "dangling reference in " + table + "\n";
  return findings;
}

std::string fingerprint(const std::filesystem::path& file) {
  std::string all;
  for (const char* suffix : {"", "-wal", "-journal"}) {
    const std::string path = file.string() + suffix;
    if (!std::filesystem::is_regular_file(path) || std::filesystem::file_size(path) == 0) continue;
    all += std::string(suffix) + " " + sha256_hex(read_file(path)) + "\n";
  }
  return all;
}

}  // namespace llmctl::test
