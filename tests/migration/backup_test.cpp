#include "migration/backup.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "migration/migrate.h"
#include "tests/migration/migration_set.h"
#include "tests/support/backend_database.h"
#include "tests/support/chat.h"
#include "tests/support/inspector.h"

namespace llmctl::migration {
namespace {

namespace fs = std::filesystem;
using storage::Access;
using test::error_from;
using test::Inspector;
using test::TemporaryDirectory;
using test::TestMigrations;

std::vector<std::string> files_in(const fs::path& directory, const std::string& part) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.find(part) != std::string::npos) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

/// An adoptable database in a directory of its own, whose clock goes on from test to test.
class Setting {
 public:
  explicit Setting(const std::string& journal_mode = "delete") {
    test::make_backend_database(file());
    test::add_odd_rows(file());
    Inspector(file()).execute("PRAGMA journal_mode = " + journal_mode);
  }
  fs::path folder() const { return directory_.path(); }
  fs::path file() const { return directory_ / "test.db"; }
  UpResult up(const MigrationSet& set = embedded_migrations(), const fs::path& where = {}) const {
    UpOptions options;
    options.backup = {file(), where};
    return migration::up(*test::open_test_database(directory_, Access::create), options, *clock_,
                         set);
  }
  std::vector<std::string> copies() const { return files_in(folder(), "backup"); }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Clock> clock_ = make_frozen_clock(test::test_start);
};

TEST_CASE(
    "the copy is the database as it was, checked, for its owner alone, with its state's name") {
  const std::string mode = GENERATE("delete", "wal");
  const Setting setting(mode);
  const std::string before = test::dump_without_llmctl(setting.file());
  const UpResult result = setting.up();
  REQUIRE(result.backup);
  CHECK(setting.copies().size() == 1);
  const fs::path copy = result.backup->file;
  CHECK_THAT(copy.filename().string(), Catch::StartsWith("test.db.backup-20261001T120000.") &&
                                           Catch::EndsWith("Z-at-adoptable"));
  struct stat status {};
  REQUIRE(stat(copy.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  CHECK(test::dump_without_llmctl(copy) == before);
  Inspector inspector(copy);
  CHECK(inspector.damage() == "");
  CHECK(inspector.number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'llmctl%'") == 0);

  REQUIRE(std::system(result.backup->restore.c_str()) == 0);
  CHECK(test::dump_without_llmctl(setting.file()) == before);
  CHECK(Inspector(setting.file())
            .number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'llmctl%'") == 0);
  CHECK(setting.up().applied.size() == sqlite_migrations.size());
}

TEST_CASE("a copy is made only of something, and only when something is to be done") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  const auto clock = make_frozen_clock(test::test_start);
  UpOptions options;
  options.backup = {directory / "test.db", {}};
  CHECK_FALSE(up(*database, options, *clock).backup);
  CHECK_FALSE(up(*database, options, *clock).backup);
  options.dry_run = true;
  auto migrations = TestMigrations::of_program();
  migrations.add("more", "CREATE TABLE llmctl_more (id integer);");
  CHECK_FALSE(up(*database, options, *clock, migrations.set()).backup);
  CHECK(files_in(directory.path(), "backup").empty());
  options.dry_run = false;
  const auto result = up(*database, options, *clock, migrations.set());
  REQUIRE(result.backup);
  CHECK_THAT(result.backup->file, Catch::EndsWith("-at-0003_seed_sets"));
}

TEST_CASE("the latest three copies are kept, and no other file is taken for one") {
  const Setting setting;
  const std::vector<std::string> others{"test.db.backup-of-mine",
                                        "other.db.backup-20200101T000000"
                                        ".000000Z-at-empty",
                                        "test.db.backup-20200101T000000.000000"};
  for (const std::string& other : others) std::ofstream(setting.folder() / other) << "mine";
  setting.up();
  auto migrations = TestMigrations::of_program();
  std::vector<std::string> made;
  for (const char* name : {"a", "b", "c", "d"}) {
    migrations.add(name, "CREATE TABLE llmctl_" + std::string(name) + " (id integer);");
    made.push_back(fs::path(setting.up(migrations.set()).backup->file).filename().string());
  }
  CHECK(std::ranges::is_sorted(made));
  const auto left = setting.copies();
  CHECK(left.size() == 3 + others.size());
  for (const std::string& other : others) CHECK_THAT(left, Catch::VectorContains(other));
  CHECK(std::ranges::find(left, made[0]) == left.end());
  for (const std::size_t kept : {1U, 2U, 3U}) CHECK_THAT(left, Catch::VectorContains(made[kept]));
}

TEST_CASE("two databases of one name may keep their copies in one directory") {
  const TemporaryDirectory copies;
  for (int round = 0; round < 2; ++round) {
    const Setting setting;
    setting.up(embedded_migrations(), copies.path());
    CHECK(setting.copies().empty());
  }
  CHECK(files_in(copies.path(), "test.db-").size() == 2);
}

TEST_CASE("when the migration fails, its copy goes and the database stays") {
  const Setting setting;
  const std::string before = test::fingerprint(setting.file());
  auto migrations = TestMigrations::of_program();
  migrations.add("wrong", "CREATE TABLE llmctl_wrong (id integer);\nSELEC 1;");
  CHECK_THROWS_AS(setting.up(migrations.set()), Error);
  CHECK(setting.copies().empty());
  CHECK(test::fingerprint(setting.file()) == before);
}

TEST_CASE("without a copy nothing is migrated") {
  const Setting setting;
  const std::string before = test::fingerprint(setting.file());
  const Error missing =
      error_from([&] { setting.up(embedded_migrations(), setting.folder() / "none"); });
  CHECK(missing.kind == ErrorKind::io);
  CHECK_THAT(missing.what(), Catch::Contains("--backup-dir") && Catch::Contains("nothing was"));
  // A directory stands where the copy is to be written.
  fs::create_directories(setting.folder() / ".test.db.backup-unfinished" / "full");
  const Error blocked = error_from([&] { setting.up(); });
  CHECK(blocked.kind == ErrorKind::io);
  CHECK_THAT(blocked.what(), Catch::Contains("nothing was migrated"));
  CHECK(test::fingerprint(setting.file()) == before);
  CHECK(files_in(setting.folder(), "-at-").empty());
}

TEST_CASE("what a killed run left of its copy is cleared away by the next") {
  const Setting setting;
  std::ofstream(setting.folder() / ".test.db.backup-unfinished") << "half a copy";
  setting.up();
  CHECK(setting.copies().size() == 1);
}

TEST_CASE("a copy does not drop the lock under which it is made") {
  const std::string mode = GENERATE("delete", "wal");
  const Setting setting(mode);
  storage::OpenOptions options;
  options.access = Access::read_write;
  const auto database =
      storage::open_database(storage::parse_location(setting.file().string()), options);
  const storage::SchemaTransaction transaction(*database);
  database->copy_to((setting.folder() / "copy.db").string());
  // From another process, because locks of one process do not keep itself out.
  const std::string command =
      "sqlite3 '" + setting.file().string() + "' \"UPDATE agents SET icon = 'x'\" >/dev/null 2>&1";
  CHECK(std::system(command.c_str()) != 0);
}

TEST_CASE("rows that break a CHECK do not keep the database from being copied") {
  const Setting setting;
  Inspector(setting.file())
      .execute("PRAGMA ignore_check_constraints = ON; UPDATE agents SET configuration = 'no json'");
  CHECK(setting.up().backup);
}

}  // namespace
}  // namespace llmctl::migration
