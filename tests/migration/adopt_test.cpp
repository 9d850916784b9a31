#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "migration/migrate.h"
#include "migration/verify.h"
#include "storage/history.h"
#include "tests/migration/migration_set.h"
#include "tests/support/backend_database.h"
#include "tests/support/chat.h"
#include "tests/support/inspector.h"

namespace llmctl::migration {
namespace {

using storage::Access;
using test::error_from;
using test::Inspector;
using test::TemporaryDirectory;

/// A database of the backend's, with rows, that llmctl has not seen yet.
class BackendDatabase {
 public:
  BackendDatabase() {
    test::make_backend_database(file());
    test::add_odd_rows(file());
  }
  std::filesystem::path file() const { return directory_ / "test.db"; }
  void change(const std::string& sql) const { Inspector(file()).execute(sql); }
  std::unique_ptr<storage::Database> open(Access access = Access::create) const {
    return test::open_test_database(directory_, access);
  }
  UpResult up(UpOptions options = {}, const MigrationSet& set = embedded_migrations()) const {
    const auto clock = make_frozen_clock(test::test_start);
    return migration::up(*open(), options, *clock, set);
  }
  Status status(const MigrationSet& set = embedded_migrations()) const {
    return read_status(*open(Access::read_only), set);
  }

 private:
  TemporaryDirectory directory_;
};

std::vector<std::string> texts_of(const Error& error) {
  std::vector<std::string> texts;
  for (const ErrorDetail& detail : error.details) texts.push_back(detail.message);
  return texts;
}

TEST_CASE("a database of the backend's is adopted, and nothing that was in it changes") {
  const std::string mode = GENERATE("delete", "wal", "truncate");
  CAPTURE(mode);
  const BackendDatabase database;
  database.change("PRAGMA journal_mode = " + mode);
  chmod(database.file().c_str(), 0640);
  const std::string before = test::dump_without_llmctl(database.file());
  CHECK(database.status().state == State::adoptable);
  CHECK(database.status().entries.at(0).state == "adoptable");
  CHECK(database.status().entries.at(1).state == "pending");

  const UpResult result = database.up();
  REQUIRE(result.applied.size() == sqlite_migrations.size());
  CHECK(result.applied[0].state == "adopted");
  CHECK(result.applied[1].state == "applied");
  CHECK(test::dump_without_llmctl(database.file()) == before);

  Inspector inspector(database.file());
  CHECK(inspector.damage() == "");
  CHECK(inspector.texts("SELECT applied_by FROM llmctl_migrations ORDER BY version") ==
        std::vector<std::string>{"adopted", "applied", "applied"});
  CHECK(inspector.number("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'") == 0);
  if (mode != "truncate")  // of all journals only WAL is kept in the file
    CHECK(inspector.texts("PRAGMA journal_mode") == std::vector<std::string>{mode});
  struct stat status {};
  REQUIRE(stat(database.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0640);

  CHECK(database.status().state == State::current);
  CHECK(database.status().entries.at(0).state == "adopted");
  CHECK(database.up().applied.empty());
  CHECK(storage::is_adopted(*database.open()));
  CHECK(verify(*database.open()).differences.empty());
}

TEST_CASE("a database that llmctl made is not an adopted one, nor is one without a history") {
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  CHECK_FALSE(storage::is_adopted(*database));
  const auto clock = make_frozen_clock(test::test_start);
  up(*database, {}, *clock);
  CHECK_FALSE(storage::is_adopted(*database));
}

TEST_CASE("a dry run says what would be adopted, and writes nothing") {
  const BackendDatabase database;
  const std::string before = test::fingerprint(database.file());
  const UpResult result = database.up({.dry_run = true});
  REQUIRE(result.applied.size() == sqlite_migrations.size());
  CHECK(result.applied[0].state == "adoptable");
  CHECK(result.applied[1].state == "pending");
  CHECK(test::fingerprint(database.file()) == before);
}

TEST_CASE("names of indexes and constraints, keys and lengths do not matter to adoption") {
  for (const std::string change : {
           "DROP INDEX agents_default_llm_id_5b0e29fb",
           "CREATE INDEX more ON messages (content)",
           "CREATE UNIQUE INDEX more ON agents (name, id)",
           "ALTER TABLE conversations RENAME TO c2; CREATE TABLE conversations (primary_llm_id "
           "varchar(99), id char(32) NOT NULL PRIMARY KEY, title text NOT NULL, model_id "
           "varchar(50) NOT NULL, created_at timestamp NOT NULL, updated_at datetime NOT NULL, "
           "deleted_at datetime, primary_agent_id varchar(50)); DROP TABLE c2",
       }) {
    CAPTURE(change);
    const BackendDatabase database;
    database.change("PRAGMA foreign_keys = OFF; DELETE FROM messages; " + change);
    CHECK(database.status().state == State::adoptable);
    CHECK(database.up().applied.size() == sqlite_migrations.size());
  }
}

TEST_CASE("every difference is listed, and nothing is adopted") {
  const BackendDatabase database;
  database.change(
      "ALTER TABLE messages RENAME COLUMN content TO body;"
      "ALTER TABLE agents ADD COLUMN mood varchar(10) NULL;"
      "DROP TABLE tools_agents;"
      "CREATE TABLE new (id varchar(50) NOT NULL, name integer NOT NULL, tool_type varchar(20) "
      "NULL, description text NOT NULL, function_schema text NOT NULL, is_active bool NOT NULL, "
      "requires_auth bool NOT NULL, min_role varchar(32) NOT NULL, configuration text NOT NULL, "
      "created_at datetime NOT NULL, updated_at datetime NOT NULL);"
      "DROP TABLE tools; ALTER TABLE new RENAME TO tools;"
      "CREATE TABLE llmctl_leases (id integer)");
  const std::string before = test::fingerprint(database.file());
  CHECK(database.status().state == State::backend);
  for (const UpOptions& options :
       {UpOptions{}, UpOptions{.dry_run = true}, UpOptions{.into_existing = true},
        UpOptions{.adopt_only = true}}) {
    const Error error = error_from([&] { database.up(options); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.what() == std::string("the chat backend's tables are not as llmctl knows them: 8 "
                                      "differences"));
    CHECK_THAT(error.hint, Catch::Contains("llmctl migrate adopt --dry-run"));
    CHECK(texts_of(error) ==
          std::vector<std::string>{
              "agents.mood: extra column, found 'varchar(10) null'",
              "messages.content: missing column, expected 'text not null'",
              "messages.body: extra column, found 'text not null'",
              "tools.name: type, expected 'varchar(100)', found 'integer'",
              "tools.tool_type: nullability, expected 'not null', found 'null'",
              "tools: primary key, expected 'id'", "tools_agents: missing table",
              "llmctl_leases: extra table, found 'made by an llmctl whose history is gone'"});
  }
  CHECK(test::fingerprint(database.file()) == before);
}

TEST_CASE("a backend that has made only some of its tables, or none, is told to make them first") {
  for (const bool none : {false, true}) {
    const TemporaryDirectory directory;
    const auto database = test::open_test_database(directory, Access::create);
    database->execute("CREATE TABLE django_migrations (id integer)");
    if (!none) database->execute("CREATE TABLE auth_user (id integer)");
    CHECK(read_status(*database).state == State::backend);
    const auto clock = make_frozen_clock(test::test_start);
    const Error error = error_from([&] { up(*database, {.into_existing = true}, *clock); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(texts_of(error).size() == 7);
    CHECK(texts_of(error).front() == "agents: missing table");
    CHECK_THAT(error.hint, Catch::StartsWith("run the backend's own migrate first"));
  }
}

TEST_CASE("the option --adopt-only makes the backend's tables nowhere") {
  const auto clock = make_frozen_clock(test::test_start);
  for (const std::string content : {"", "CREATE TABLE shopping (item text)"}) {
    for (const bool dry_run : {false, true}) {
      const TemporaryDirectory directory;
      const auto database = test::open_test_database(directory, Access::create);
      if (!content.empty()) database->execute(content);
      const UpOptions options{.dry_run = dry_run, .into_existing = true, .adopt_only = true};
      const Error error = error_from([&] { up(*database, options, *clock); });
      CHECK(error.kind == ErrorKind::refused);
      CHECK(database->tables().size() == (content.empty() ? 0 : 1));
    }
  }
  const BackendDatabase adoptable;
  CHECK(adoptable.up({.adopt_only = true}).applied.size() == sqlite_migrations.size());
  CHECK(adoptable.up({.adopt_only = true}).applied.empty());
}

TEST_CASE("a later migration of backend tables is compared in an adopted database, run elsewhere") {
  const std::string sql = "CREATE TABLE api_keys (id integer NOT NULL PRIMARY KEY, name text)";
  auto migrations = test::TestMigrations::of_program();
  migrations.add("backend_api_keys", sql).add("more", "CREATE TABLE llmctl_more (id integer)");
  const MigrationSet set = migrations.set();

  const BackendDatabase database;
  database.up();
  // The backend has not made its table yet.
  CHECK(database.status(set).state == State::drifted);
  const Error error = error_from([&] { database.up({}, set); });
  CHECK(error.kind == ErrorKind::configuration);
  CHECK(texts_of(error) == std::vector<std::string>{"api_keys: missing table"});
  CHECK_THAT(error.hint, Catch::StartsWith("run the backend's own migrate first"));

  database.change(sql);
  CHECK(database.status(set).state == State::pending);
  const UpResult result = database.up({.adopt_only = true}, set);
  REQUIRE(result.applied.size() == 2);
  CHECK(result.applied[0].state == "adopted");
  CHECK(result.applied[1].state == "applied");

  const TemporaryDirectory directory;
  const auto own = test::open_test_database(directory, Access::create);
  const auto clock = make_frozen_clock(test::test_start);
  up(*own, {}, *clock);
  const Error refusal = error_from([&] { up(*own, {.adopt_only = true}, *clock, set); });
  CHECK(refusal.kind == ErrorKind::refused);
  CHECK(up(*own, {}, *clock, set).applied.at(0).state == "applied");
}

TEST_CASE("the review of an adoption lists every column, whether or not it fits") {
  const BackendDatabase database;
  AdoptionReview review = review_adoption(*database.open(Access::read_only));
  CHECK(review.differences.empty());
  CHECK_FALSE(review.has_history);
  CHECK(review.columns.size() == 65);
  for (const ComparedColumn& column : review.columns) CHECK(column.state == "same");

  database.change(
      "ALTER TABLE agents DROP COLUMN icon; ALTER TABLE agents ADD COLUMN mood text NULL;"
      "DROP TABLE tools_agents");
  review = review_adoption(*database.open(Access::read_only));
  CHECK(review.differences.size() == 3);
  const auto count = [&](const std::string& state) {
    return std::ranges::count(review.columns, state, &ComparedColumn::state);
  };
  CHECK(count("extra") == 1);
  CHECK(count("missing") == 2);
  CHECK(count("same") == 61);
}

TEST_CASE("a number that another program keeps in user_version stays") {
  const BackendDatabase database;
  database.change("PRAGMA user_version = 7");
  database.up();
  CHECK(Inspector(database.file()).number("PRAGMA user_version") == 7);
  CHECK_FALSE(is_current_by_stamp(storage::parse_location(database.file().string())));
  CHECK(database.up().applied.empty());
}

}  // namespace
}  // namespace llmctl::migration
