#include "migration/migrate.h"

#include <catch2/catch.hpp>
#include <regex>
#include <thread>

#include "base/sha256.h"
#include "migration/embedded.h"
#include "tests/support/chat.h"
#include "tests/support/inspector.h"

namespace llmctl::migration {
namespace {

using storage::Access;
using storage::Database;
using test::error_from;
using test::TemporaryDirectory;

UpResult migrate(Database& database, UpOptions options = {}) {
  const auto clock = make_frozen_clock(test::test_start);
  return up(database, options, *clock);
}

TEST_CASE("an empty database is migrated to the current schema") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  const Status before = read_status(*database);
  CHECK(before.state == State::empty);
  REQUIRE(before.entries.size() == sqlite_migrations.size());
  CHECK(before.entries[0].state == "pending");

  const UpResult result = migrate(*database);
  CHECK(result.applied.size() == sqlite_migrations.size());
  const Status after = read_status(*database);
  CHECK(after.state == State::current);
  CHECK(database->tables() ==
        std::vector<std::string>{"agents", "agents_allowed_llms", "conversations", "llm_providers",
                                 "llmctl_attempts", "llmctl_leases", "llmctl_migrations",
                                 "llmctl_revisions", "llmctl_seed_objects", "messages", "tools",
                                 "tools_agents"});
  const Entry& first = after.entries.at(0);
  CHECK(first.version == 1);
  CHECK(first.name == "0001_backend_tables");
  CHECK(first.state == "applied");
  CHECK(first.tool_version == LLMCTL_VERSION);
  CHECK(first.applied_at >= test::test_start);
}

TEST_CASE("migrating again does nothing and leaves the same bytes") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  migrate(*database);
  const std::string before = test::fingerprint(directory / "test.db");
  // Not even the lock is needed.
  const auto other = test::open_test_database(directory, Access::read_write);
  const storage::Transaction writer(*other);
  CHECK(migrate(*database).applied.empty());
  CHECK(test::fingerprint(directory / "test.db") == before);
}

TEST_CASE("the stamp tells without opening that nothing is to be done, and never more than that") {
  const TemporaryDirectory directory;
  const auto location = storage::parse_location((directory / "test.db").string());
  CHECK_FALSE(is_current_by_stamp(location));
  {
    const auto database = test::open_test_database(directory, Access::create);
    migrate(*database);
    // The log may hold something newer than the header.
    CHECK_FALSE(is_current_by_stamp(location));
  }
  CHECK(is_current_by_stamp(location));
  CHECK(storage::read_stamp(location) == sqlite_stamp);
  test::Inspector(directory / "test.db").execute("PRAGMA user_version = 5");
  CHECK_FALSE(is_current_by_stamp(location));
  CHECK_FALSE(is_current_by_stamp(storage::parse_location("sqlite::memory:")));
  CHECK_FALSE(is_current_by_stamp(storage::parse_location("postgresql://host/db")));
  directory.write("text.db", std::string(200, 'x'));
  CHECK_FALSE(storage::read_stamp(storage::parse_location((directory / "text.db").string())));
}

TEST_CASE("a migration that failed leaves no stamp") {
  const TemporaryDirectory directory;
  {
    const auto database = test::open_test_database(directory, Access::create);
    database->execute("CREATE TABLE llmctl_leases (mine text)");
    error_from([&] { migrate(*database, {false, true}); });
  }
  CHECK_FALSE(storage::read_stamp(storage::parse_location((directory / "test.db").string())));
}

TEST_CASE("a dry run says what it would do, and writes nothing") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  const std::string before = test::fingerprint(directory / "test.db");
  const UpResult result = migrate(*database, {true, false});
  CHECK(result.dry_run);
  CHECK(result.applied.size() == sqlite_migrations.size());
  CHECK(result.applied.at(0).state == "pending");
  CHECK(test::fingerprint(directory / "test.db") == before);
  CHECK(database->tables().empty());
  migrate(*database);
  CHECK(migrate(*database, {true, false}).applied.empty());
}

TEST_CASE("each state of a history is told apart, and the ones no migration can mend are refused") {
  struct Case {
    std::string change;
    State state;
    std::string entry_state;
    std::string message;
  };
  const Case cases[] = {
      {"UPDATE llmctl_migrations SET sha256 = 'x' WHERE version = 1", State::edited, "edited",
       "applied with another text than this llmctl has: '0001_backend_tables'"},
      {"INSERT INTO llmctl_migrations VALUES (0, '0000_old', 'x', '2026-10-01 12:00:00', 1, '0', "
       "'applied')",
       State::missing, "missing", "applied, but unknown to this llmctl: '0000_old'"},
      {"INSERT INTO llmctl_migrations VALUES (9999, '9999_new', 'x', '2026-10-01 12:00:00', 1, "
       "'9', 'applied')",
       State::newer, "newer", "the database was migrated by a newer llmctl: '9999_new'"},
      {"DELETE FROM llmctl_migrations WHERE version = 1", State::out_of_order, "out_of_order",
       "older than what is applied, but never applied: '0001_backend_tables'"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.change);
    const TemporaryDirectory directory;
    const auto database = test::open_test_database(directory, Access::create);
    migrate(*database);
    database->execute(c.change);
    const Status status = read_status(*database);
    CHECK(status.state == c.state);
    CHECK(state_name(status.state) == c.entry_state);
    CHECK(std::ranges::count(status.entries, c.entry_state, &Entry::state) == 1);
    for (const bool dry_run : {true, false}) {
      const Error error = error_from([&] { migrate(*database, {dry_run, true}); });
      CHECK(error.kind == ErrorKind::configuration);
      CHECK(error.what() == c.message);
      CHECK_FALSE(error.hint.empty());
    }
  }
}

TEST_CASE("a pending migration is applied to a database that has the ones before") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  migrate(*database);
  database->execute_script(
      "DELETE FROM llmctl_migrations WHERE version >= 2; DROP TABLE llmctl_attempts; "
      "DROP TABLE llmctl_leases; DROP TABLE llmctl_revisions; DROP TABLE llmctl_seed_objects;",
      "undo.sql");
  CHECK(read_status(*database).state == State::pending);
  const UpResult result = migrate(*database);
  REQUIRE(result.applied.size() == sqlite_migrations.size() - 1);
  CHECK(result.applied[0].version == 2);
  CHECK(read_status(*database).state == State::current);
}

TEST_CASE("migrations are applied all or none, and the SQL that failed is named with its place") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  database->execute("CREATE TABLE llmctl_leases (mine text)");
  const Error error = error_from([&] { migrate(*database, {false, true}); });
  CHECK(error.kind == ErrorKind::failed);
  const std::string sql(sqlite_migrations.at(1).sql);
  const auto offset = sql.find("CREATE TABLE llmctl_leases");
  const auto line =
      std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(offset), '\n') + 1;
  CHECK_THAT(error.what(), Catch::StartsWith("0002_llmctl_tables.sql:" + std::to_string(line) +
                                             ":14: table llmctl_leases already exists"));
  CHECK(database->tables() == std::vector<std::string>{"llmctl_leases"});
  CHECK_FALSE(database->has_written());
}

TEST_CASE("a database that the backend made is recognised and left alone") {
  for (const std::string table : {"django_migrations", "messages", "llm_providers"}) {
    CAPTURE(table);
    const TemporaryDirectory directory;
    const auto database = test::open_test_database(directory, Access::create);
    database->execute("CREATE TABLE " + table + " (id integer)");
    database->execute("CREATE TABLE auth_user (id integer)");
    CHECK(read_status(*database).state == State::backend);
    const Error error = error_from([&] { migrate(*database, {false, true}); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_FALSE(error.hint.empty());
    CHECK(database->tables().size() == 2);
  }
}

TEST_CASE("a database of something else is refused, unless it is named as such") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  database->execute("CREATE TABLE shopping (item text)");
  CHECK(read_status(*database).state == State::foreign);
  const Error error = error_from([&] { migrate(*database); });
  CHECK(error.kind == ErrorKind::refused);
  CHECK_THAT(error.hint, Catch::Contains("--into-existing"));
  CHECK(database->tables().size() == 1);
  CHECK(migrate(*database, {false, true}).applied.size() == sqlite_migrations.size());
  CHECK(read_status(*database).state == State::current);
}

TEST_CASE("of runners that start together one applies, the others find nothing to do") {
  const TemporaryDirectory directory;
  std::atomic<int> applied = 0;
  std::atomic<int> problems = 0;
  std::vector<std::thread> runners;
  for (int i = 0; i < 6; ++i) {
    runners.emplace_back([&] {
      try {
        const auto database = test::open_test_database(directory, Access::create);
        const UpResult result = migrate(*database);
        if (!result.applied.empty()) ++applied;
        if (read_status(*database).state != State::current) ++problems;
      } catch (const std::exception&) {
        ++problems;
      }
    });
  }
  for (std::thread& runner : runners) runner.join();
  CHECK(problems == 0);
  CHECK(applied == 1);
  const auto database = test::open_test_database(directory, Access::read_only);
  CHECK(read_status(*database).state == State::current);
}

/// As the build normalises a file before it embeds it.
std::string normalised(std::string text) {
  text = std::regex_replace(text, std::regex("\r\n"), "\n");
  text = std::regex_replace(text, std::regex("[ \t]+\n"), "\n");
  text.erase(text.find_last_not_of(" \t\n") + 1);
  return text + "\n";
}

TEST_CASE("what is embedded are the files of schema, with their SHA-256") {
  std::int64_t last = 0;
  for (const EmbeddedMigration& migration : sqlite_migrations) {
    CAPTURE(migration.name);
    const std::string path =
        std::string(LLMCTL_SOURCE_DIR "/schema/sqlite/") + std::string(migration.name) + ".sql";
    CHECK(std::string(migration.sql) == normalised(test::read_file(path)));
    CHECK(migration.sha256 == sha256_hex(migration.sql));
    CHECK(std::stoll(std::string(migration.name)) == migration.version);
    CHECK(migration.version > last);
    last = migration.version;
  }
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(LLMCTL_SOURCE_DIR "/schema/sqlite")) {
    if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0]))) ++files;
  }
  CHECK(files == sqlite_migrations.size());
}

TEST_CASE("the scripts that are printed make the same tables") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  for (const Script& script : scripts()) database->execute_script(script.sql, script.name);
  const TemporaryDirectory other;
  const auto migrated = test::open_test_database(other, Access::create);
  migrate(*migrated);
  CHECK(database->tables() == migrated->tables());
  CHECK(scripts().front().name == "history.sql");
  CHECK(scripts().back().sha256 == sqlite_migrations.back().sha256);
}

TEST_CASE("llmctl's own tables carry its prefix and refer to none of the backend's") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  migrate(*database);
  test::Inspector raw(directory / "test.db");
  for (const std::string& table : database->tables()) {
    CAPTURE(table);
    if (!table.starts_with("llmctl_")) continue;
    CHECK(raw.texts("SELECT COUNT(*) FROM pragma_foreign_key_list('" + table + "')").at(0) == "0");
  }
  CHECK(raw.texts("SELECT COUNT(*) FROM sqlite_schema WHERE type IN ('view', 'trigger')").at(0) ==
        "0");
}

}  // namespace
}  // namespace llmctl::migration
