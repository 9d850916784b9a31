#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace llmctl::migration {

/// One file of schema/<engine>/, as it was at build time.
struct EmbeddedMigration {
  std::int64_t version = 0;  ///< the number its name starts with
  std::string_view name;     ///< "0001_backend_tables"
  std::string_view sha256;   ///< of `sql`, lower-case hex
  std::string_view sql;      ///< LF endings, no trailing blanks
  bool of_backend = false;   ///< makes tables of the backend, and nothing else: "NNNN_backend_…"
};

extern const std::vector<EmbeddedMigration> sqlite_migrations;
/// The first 23 bits of a SHA-256 over the migrations' hashes: stands for exactly this list.
extern const std::int32_t sqlite_stamp;
/// Makes llmctl_migrations, when it is not there.
extern const std::string_view sqlite_history_table;

/// All that a database can be brought up to. Tests have their own.
struct MigrationSet {
  std::span<const EmbeddedMigration> migrations;  ///< by version, at least one
  std::int32_t stamp = 0;
  std::string_view history_table;
};

/// What this program carries.
inline MigrationSet embedded_migrations() {
  return {sqlite_migrations, sqlite_stamp, sqlite_history_table};
}

}  // namespace llmctl::migration
