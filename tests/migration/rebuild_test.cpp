#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "base/signals.h"
#include "migration/migrate.h"
#include "tests/migration/migration_set.h"
#include "tests/support/chat.h"
#include "tests/support/inspector.h"

namespace llmctl::migration {
namespace {

using storage::Access;
using test::error_from;
using test::Inspector;
using test::TemporaryDirectory;
using test::TestMigrations;

UpResult migrate(storage::Database& database, const TestMigrations& migrations) {
  const auto clock = make_frozen_clock(test::test_start);
  return up(database, {}, *clock, migrations.set());
}

TestMigrations family() {
  TestMigrations migrations;
  migrations.add("family",
                 "CREATE TABLE llmctl_parent (id varchar(20) NOT NULL PRIMARY KEY);\n"
                 "CREATE TABLE llmctl_child (id varchar(20) NOT NULL PRIMARY KEY, parent_id "
                 "varchar(20) NOT NULL REFERENCES llmctl_parent (id) ON DELETE CASCADE);");
  return migrations;
}

constexpr const char* rebuild_parent =
    "CREATE TABLE llmctl_new (id varchar(20) NOT NULL PRIMARY KEY, name text NULL);\n"
    "INSERT INTO llmctl_new (id) SELECT id FROM llmctl_parent;\n"
    "DROP TABLE llmctl_parent;\n"
    "ALTER TABLE llmctl_new RENAME TO llmctl_parent;";

constexpr const char* some_rows =
    "INSERT INTO llmctl_parent VALUES ('p1'), ('p2');"
    "INSERT INTO llmctl_child VALUES ('c1', 'p1'), ('c2', 'p1'), ('c3', 'p2')";

TEST_CASE("a rebuild of a table keeps the rows that refer to it, and their reference") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  TestMigrations migrations = family();
  migrate(*database, migrations);
  database->execute_script(some_rows, "rows.sql");
  migrate(*database, migrations.add("rebuild", rebuild_parent));
  Inspector inspector(directory / "test.db");
  CHECK(inspector.number("SELECT count(*) FROM llmctl_child") == 3);
  CHECK(inspector.number("SELECT count(name) FROM pragma_table_info('llmctl_parent')") == 2);
  CHECK(inspector.damage() == "");
  // And references are enforced again.
  CHECK(error_from([&] {
          database->execute("INSERT INTO llmctl_child VALUES ('c4', 'nobody')");
        }).kind != ErrorKind::lock_timeout);
  CHECK(inspector.number("SELECT count(*) FROM llmctl_child") == 3);
}

TEST_CASE("a migration that orphans rows is rolled back, and the rows are named") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  TestMigrations migrations = family();
  migrate(*database, migrations);
  database->execute_script(some_rows, "rows.sql");
  const std::string before = test::fingerprint(directory / "test.db");
  std::string sql = rebuild_parent;
  sql.replace(sql.find("FROM llmctl_parent"), 18, "FROM llmctl_parent WHERE id <> 'p1'");
  migrations.add("rebuild", sql).add("after", "CREATE TABLE llmctl_after (id integer);");
  const Error error = error_from([&] { migrate(*database, migrations); });
  CHECK(error.kind == ErrorKind::failed);
  REQUIRE(error.details.size() == 2);
  CHECK(error.details[0].message ==
        "row 1 of llmctl_child (id = 'c1', parent_id = 'p1') refers to a row of llmctl_parent that "
        "does not exist");
  CHECK_THAT(error.details[1].message, Catch::StartsWith("row 2 of llmctl_child (id = 'c2'"));
  CHECK_THAT(error.what(), Catch::Contains("llmctl_child (id = 'c1'"));
  CHECK(test::fingerprint(directory / "test.db") == before);
  CHECK(read_status(*database, family().set()).state == State::current);
  CHECK_THAT(error_from([&] {
               database->execute("INSERT INTO llmctl_child VALUES ('c4', 'nobody')");
             }).what(),
             Catch::Contains("FOREIGN KEY"));
}

TEST_CASE("only tables that a migration touches are searched for orphans") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  TestMigrations migrations = family();
  migrate(*database, migrations);
  // An orphan that was there before, and that is not the migration's affair.
  Inspector(directory / "test.db")
      .execute("PRAGMA foreign_keys = OFF; INSERT INTO llmctl_child VALUES ('c9', 'gone')");
  migrate(*database, migrations.add("more", "CREATE TABLE llmctl_more (id integer);"));
  CHECK_THROWS_AS(migrate(*database, migrations.add("rebuild", rebuild_parent)), Error);
}

TEST_CASE("triggers outlive a rebuild of their table, and vanish with it") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  TestMigrations migrations = family();
  migrate(*database, migrations);
  database->execute_script(
      "CREATE TABLE log (id text);"
      "CREATE TRIGGER llmctl_on_parent AFTER INSERT ON llmctl_parent BEGIN INSERT INTO log VALUES "
      "(NEW.id); END;"
      "CREATE TRIGGER llmctl_on_child AFTER INSERT ON llmctl_child BEGIN INSERT INTO log VALUES "
      "(NEW.id); END;",
      "triggers.sql");
  migrate(*database,
          migrations.add("rebuild", rebuild_parent).add("drop", "DROP TABLE llmctl_child;"));
  Inspector inspector(directory / "test.db");
  CHECK(inspector.texts("SELECT name FROM sqlite_schema WHERE type = 'trigger'") ==
        std::vector<std::string>{"llmctl_on_parent"});
  database->execute("INSERT INTO llmctl_parent VALUES ('p3', NULL)");
  CHECK(inspector.texts("SELECT id FROM log") == std::vector<std::string>{"p3"});
  // The stamp knows of the trigger that was made again.
  CHECK(database->read_stamp() == migrations.set().stamp);
}

TEST_CASE("a trigger that a migration drops stays away, unless it only went with its table") {
  struct Case {
    std::string name, sql;
    std::vector<std::string> left;
  };
  const Case cases[] = {
      {"drop", "DROP TRIGGER llmctl_first;", {"llmctl_second"}},
      {"rebuild", rebuild_parent, {"llmctl_first", "llmctl_second"}},
      {"both", std::string("DROP TRIGGER llmctl_first;\n") + rebuild_parent, {"llmctl_second"}},
      {"replaced",
       std::string(rebuild_parent) +
           "CREATE TRIGGER llmctl_first AFTER DELETE ON llmctl_parent BEGIN SELECT 1; END;"
           "DROP TRIGGER llmctl_first;",
       {"llmctl_second"}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const TemporaryDirectory directory;
    const auto database = test::open_test_database(directory, Access::create);
    TestMigrations migrations = family();
    migrate(*database, migrations);
    database->execute_script(
        "CREATE TRIGGER llmctl_first AFTER INSERT ON llmctl_parent BEGIN SELECT 1; END;"
        "CREATE TRIGGER llmctl_second AFTER INSERT ON llmctl_parent BEGIN SELECT 2; END;",
        "triggers.sql");
    migrate(*database, migrations.add(c.name, c.sql));
    CHECK(Inspector(directory / "test.db")
              .texts("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name") ==
          c.left);
  }
}

TEST_CASE("what is wrong with a migration's SQL is named with its place") {
  struct Case {
    std::string sql, place;
  };
  const Case cases[] = {
      {"-- one\n\nSELEC 1;", "3:1: near \"SELEC\": syntax error"},
      {"CREATE TABLE llmctl_a (id integer);\n\n  SELECT nobody\n    FROM llmctl_a;",
       "3:10: no such column: nobody"},
      {"SELECT 'é', nobody;", "1:13: no such column: nobody"},
      // Where SQLite does not say where: the statement's first word, not the comment before it.
      {"CREATE TABLE llmctl_a (id integer UNIQUE);\n-- why\n/* and\n how */ ;\n"
       "  INSERT INTO llmctl_a VALUES (1), (1);",
       "5:3: UNIQUE constraint failed: llmctl_a.id"},
      {"-- why\nCREATE TABLE llmctl_a (id integer NOT NULL);\n-- because\nINSERT INTO llmctl_a "
       "VALUES (NULL);",
       "4:1: NOT NULL constraint failed: llmctl_a.id"},
      {"SELECT 1;\n-- open\nSELECT (1", "3:1: incomplete input"},
      {"CREATE TABLE llmctl_a (id integer PRIMARY KEY);\nINSERT INTO llmctl_a VALUES ('x');",
       "2:1: datatype mismatch"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.sql);
    const TemporaryDirectory directory;
    const auto database = test::open_test_database(directory, Access::create);
    TestMigrations migrations = family();
    const Error error = error_from([&] { migrate(*database, migrations.add("flags", c.sql)); });
    CHECK(error.kind == ErrorKind::failed);
    CHECK(error.what() == "0002_flags.sql:" + c.place);
    CHECK(database->tables().empty());
    CHECK_FALSE(database->has_written());
  }
}

/// What `up` with a long migration ends with in a process of its own, to which `signal` is sent.
int exit_code_after(int signal, const TemporaryDirectory& directory,
                    const TestMigrations& migrations) {
  const pid_t child = fork();
  if (child == 0) {
    install_signal_handlers();
    int code = 0;
    try {
      const auto database = test::open_test_database(directory, Access::create);
      migrate(*database, migrations);
    } catch (const Error& error) {
      code = exit_code(error.kind);
    }
    _exit(code);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  kill(child, signal);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("a signal ends a long migration, with nothing applied") {
  TestMigrations migrations = family();
  migrations.add("long",
                 "CREATE TABLE llmctl_long (n integer);\n"
                 "INSERT INTO llmctl_long WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                 "FROM n WHERE i < 1000000000) SELECT max(i) FROM n;");
  for (const int signal : {SIGINT, SIGTERM}) {
    const TemporaryDirectory directory;
    CHECK(exit_code_after(signal, directory, migrations) == 128 + signal);
    CHECK(test::open_test_database(directory, Access::read_only)->tables().empty());
  }
}

}  // namespace
}  // namespace llmctl::migration
