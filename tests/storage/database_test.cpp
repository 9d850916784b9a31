#include "storage/database.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <thread>

#include "base/error.h"
#include "tests/support/chat.h"
#include "tests/support/inspector.h"

namespace llmctl::storage {
namespace {

using test::error_from;
using test::Inspector;
using test::TemporaryDirectory;

std::int64_t rows(Database& database) {
  return *find_one(database, "SELECT COUNT(*) FROM t", {},
                   [](const Row& row) { return row.integer(0); });
}

std::unique_ptr<Database> open_path(const std::filesystem::path& path, Access access,
                                    OpenOptions options = {}) {
  options.access = access;
  return open_database(parse_location(path.string()), options);
}

TEST_CASE("a new database is readable by its owner alone, and so is its log") {
  const mode_t before = umask(0);
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  database->execute("CREATE TABLE t (v text)");
  umask(before);
  for (const char* name : {"test.db", "test.db-wal"}) {
    CAPTURE(name);
    struct stat status {};
    REQUIRE(stat((directory / name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE(
    "a new database has a write-ahead log and grows back, each connection checks references") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  database->execute("CREATE TABLE t (v text)");
  Inspector raw(directory / "test.db");
  CHECK(raw.texts("PRAGMA journal_mode").at(0) == "wal");
  CHECK(raw.texts("PRAGMA auto_vacuum").at(0) == "2");
  const auto pragma = [&](const char* sql) {
    return find_one(*database, sql, {}, [](const Row& row) { return row.integer(0); });
  };
  CHECK(pragma("PRAGMA foreign_keys") == 1);
  CHECK(pragma("PRAGMA synchronous") == 2);
}

TEST_CASE("an existing file keeps its journal mode and its permissions") {
  const TemporaryDirectory directory;
  directory.write("test.db", "");
  Inspector raw(directory / "test.db");
  raw.execute("PRAGMA journal_mode=DELETE; CREATE TABLE t (v text)");
  chmod((directory / "test.db").c_str(), 0664);
  for (const Access access : {Access::read_write, Access::create}) {
    const auto database = test::open_test_database(directory, access);
    database->execute("INSERT INTO t VALUES ('x')");
  }
  CHECK(raw.texts("PRAGMA journal_mode").at(0) == "delete");
  struct stat status {};
  stat((directory / "test.db").c_str(), &status);
  CHECK((status.st_mode & 0777) == 0664);
}

TEST_CASE("opening a missing file creates it only when asked to") {
  for (const Access access : {Access::read_only, Access::read_write}) {
    const TemporaryDirectory directory;
    const Error error = error_from([&] { test::open_test_database(directory, access); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.what(), Catch::StartsWith("there is no database '/"));
    CHECK(std::filesystem::is_empty(directory.path()));
  }
}

TEST_CASE("a database that was opened read-only cannot be written") {
  const TemporaryDirectory directory;
  test::open_test_database(directory, Access::create)->execute("CREATE TABLE t (v text)");
  const std::string before = test::read_file(directory / "test.db");
  {
    const auto database = test::open_test_database(directory, Access::read_only);
    CHECK(rows(*database) == 0);
    const Error error = error_from([&] { database->execute("INSERT INTO t VALUES ('x')"); });
    CHECK(error.kind == ErrorKind::io);
    CHECK_FALSE(database->has_written());
  }
  CHECK(test::read_file(directory / "test.db") == before);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  database->execute("CREATE TABLE t (v text)");
  {
    const Transaction transaction(*database);
    database->execute("INSERT INTO t VALUES ('x')");
    CHECK(rows(*database) == 1);
  }
  CHECK(rows(*database) == 0);
  CHECK_FALSE(database->has_written());
  Transaction transaction(*database);
  database->execute("INSERT INTO t VALUES ('x')");
  transaction.commit();
  CHECK(rows(*database) == 1);
  CHECK(database->has_written());
}

TEST_CASE("a reference that leads nowhere fails the commit, which leaves nothing") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  {
    Transaction transaction(*database);
    database->execute("INSERT INTO tools_agents (tool_id, agent_id) VALUES ('no', 'no')");
    CHECK_THROWS_AS(transaction.commit(), Error);
  }
  CHECK(find_one(*database, "SELECT COUNT(*) FROM tools_agents", {},
                 [](const Row& row) { return row.integer(0); }) == 0);
  Transaction next(*database);
  next.commit();
}

TEST_CASE("a second writer waits for the first and then succeeds") {
  const TemporaryDirectory directory;
  const auto first = test::open_test_database(directory, Access::create);
  first->execute("CREATE TABLE t (v text)");
  std::atomic<bool> held = false;
  std::thread other([&] {
    Transaction transaction(*first);
    first->execute("INSERT INTO t VALUES ('first')");
    held = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1300));
    transaction.commit();
  });
  while (!held) std::this_thread::yield();
  std::vector<std::string> notes;
  OpenOptions options;
  options.notify = [&](std::string_view note) { notes.emplace_back(note); };
  const auto second = open_path(directory / "test.db", Access::read_write, options);
  const auto before = std::chrono::steady_clock::now();
  Transaction transaction(*second);
  CHECK(std::chrono::steady_clock::now() - before > std::chrono::milliseconds(1000));
  second->execute("INSERT INTO t VALUES ('second')");
  transaction.commit();
  other.join();
  CHECK(rows(*second) == 2);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] == "waiting for another program to release the database (up to 1m)");
}

TEST_CASE("a writer that waited as long as it may says that the database is held") {
  const TemporaryDirectory directory;
  const auto first = test::open_test_database(directory, Access::create);
  const Transaction held(*first);
  std::vector<std::string> notes;
  OpenOptions options;
  options.lock_timeout = std::chrono::milliseconds(60);
  options.notify = [&](std::string_view note) { notes.emplace_back(note); };
  const auto second = open_path(directory / "test.db", Access::read_write, options);
  const auto before = std::chrono::steady_clock::now();
  const Error error = error_from([&] { Transaction{*second}; });
  const auto waited = std::chrono::steady_clock::now() - before;
  CHECK(error.kind == ErrorKind::lock_timeout);
  CHECK_THAT(error.what(), Catch::EndsWith("another program holds the database"));
  CHECK(waited >= options.lock_timeout);
  CHECK(notes.empty());
}

TEST_CASE("what is no database is named for what it is") {
  const TemporaryDirectory directory;
  directory.write("text.db",
                  "this is a shopping list, and long enough for a header, so that its "
                  "content alone gives it away: bread, butter, a hundred other things");
  directory.write("short.db", "SQLite format 3");
  std::filesystem::create_directory(directory / "folder.db");
  REQUIRE(mkfifo((directory / "fifo.db").c_str(), 0600) == 0);
  {
    directory.write("cut.db", "");
    Inspector raw(directory / "cut.db");
    raw.execute("CREATE TABLE t (v text); INSERT INTO t VALUES (zeroblob(20000))");
  }
  std::filesystem::resize_file(directory / "cut.db", 8192);

  struct Case {
    std::string name;
    ErrorKind kind;
    std::string end;
  };
  const Case cases[] = {
      {"text.db", ErrorKind::damaged, "/text.db' is not an SQLite database"},
      {"short.db", ErrorKind::damaged, "/short.db' is not an SQLite database"},
      {"folder.db", ErrorKind::io, "/folder.db' is a directory, not a database"},
      {"fifo.db", ErrorKind::io, "/fifo.db' is not a regular file"},
      {"no/such.db", ErrorKind::configuration, "/no/such.db'"},
      {"text.db/x.db", ErrorKind::io, "/text.db/x.db': Not a directory"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Error error = error_from([&] { open_path(directory / c.name, Access::read_only); });
    CHECK(error.kind == c.kind);
    CHECK_THAT(error.what(), Catch::EndsWith(c.end));
  }
  const Error cut = error_from([&] { open_path(directory / "cut.db", Access::read_write); });
  CHECK(cut.kind == ErrorKind::damaged);
  CHECK_THAT(cut.what(), Catch::Contains("is truncated: 8192 bytes instead of"));

  const Error missing = error_from([&] { open_path(directory / "no/such.db", Access::create); });
  CHECK(missing.kind == ErrorKind::io);
  CHECK(missing.hint == "mkdir -p " + (directory / "no").string());
}

TEST_CASE("a path may hold what a URI would read as its own syntax") {
  const TemporaryDirectory directory;
  for (const std::string name : {"a?b.db", "a#b.db", "a%20b.db", "a b\u00e9.db", "file:x.db"}) {
    CAPTURE(name);
    {
      const auto database = open_path(directory / name, Access::create);
      database->execute("CREATE TABLE t (v text)");
    }
    CHECK(std::filesystem::exists(directory / name));
    CHECK(rows(*open_path(directory / name, Access::read_only)) == 0);
  }
}

TEST_CASE("a missing table is a schema to be made, not a bug") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  const Error error = error_from([&] { rows(*database); });
  CHECK(error.kind == ErrorKind::configuration);
  CHECK(error.hint == "llmctl migrate");
}

TEST_CASE("a memory database is gone with its connection") {
  const auto database = open_database(parse_location("sqlite::memory:"), {});
  database->execute("CREATE TABLE t (v text)");
  CHECK(database->tables() == std::vector<std::string>{"t"});
  CHECK(open_database(parse_location("sqlite::memory:"), {})->tables().empty());
}

TEST_CASE("a script's error is shown at its line and column") {
  struct Case {
    std::string sql;
    std::string message;
  };
  const Case cases[] = {
      {"CREATE TABLE a (v text);\n  CREATE TABEL b (v);",
       "x.sql:2:10: near \"TABEL\": syntax error"},
      {"SELECT '\u00e9\u20ac' FROM nowhere;", "x.sql:1:1: no such table: nowhere"},
      {"CREATE TABLE a (v text NOT NULL);\n\n  INSERT INTO a VALUES (NULL);",
       "x.sql:3:3: NOT NULL constraint failed: a.v"},
  };
  for (const Case& c : cases) {
    const TemporaryDirectory directory;
    const auto database = test::open_test_database(directory, Access::create);
    const Error error = error_from([&] { database->execute_script(c.sql, "x.sql"); });
    CHECK(error.kind == ErrorKind::failed);
    CHECK(error.what() == c.message);
  }
}

TEST_CASE("damage is found and named") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  CHECK(database->find_damage().empty());
  Inspector raw(directory / "test.db");
  raw.execute(
      "PRAGMA foreign_keys=OFF; INSERT INTO tools_agents (tool_id, agent_id) VALUES ('x','y')");
  const auto findings = database->find_damage();
  REQUIRE(findings.size() == 2);
  CHECK_THAT(findings[0], Catch::Contains("of tools_agents refers to a row of"));
}

}  // namespace
}  // namespace llmctl::storage
