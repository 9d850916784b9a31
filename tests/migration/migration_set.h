#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "migration/embedded.h"

namespace llmctl::test {

/// Migrations of a test's own, after those of the program or instead of them.
class TestMigrations {
 public:
  /// The program's, to add to.
  static TestMigrations of_program() {
    TestMigrations migrations;
    migrations.all_ = migration::sqlite_migrations;
    return migrations;
  }

  /// The next one; "backend_…" makes tables of the backend.
  TestMigrations& add(const std::string& name, const std::string& sql) {
    const auto version = static_cast<std::int64_t>(all_.size()) + 1;
    const std::string number = std::to_string(10'000 + version).substr(1);
    const std::string& full_name = texts_.emplace_back(number + "_" + name);
    const std::string& text = texts_.emplace_back(sql);
    all_.push_back({version, full_name, texts_.emplace_back(sha256_hex(sql)), text,
                    name.starts_with("backend_")});
    return *this;
  }

  migration::MigrationSet set() const {
    std::string hashes;
    for (const auto& migration : all_) hashes += migration.sha256;
    const auto stamp = static_cast<std::int32_t>(
        std::stoul(sha256_hex(hashes).substr(0, 7), nullptr, 16) & 0x7fffff);
    return {all_, stamp, migration::sqlite_history_table};
  }

 private:
  std::deque<std::string> texts_;  ///< a deque, because `all_` looks into it
  std::vector<migration::EmbeddedMigration> all_;
};

}  // namespace llmctl::test
