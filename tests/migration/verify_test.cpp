#include "migration/verify.h"

#include <catch2/catch.hpp>

#include "migration/migrate.h"
#include "tests/support/backend_database.h"
#include "tests/support/chat.h"
#include "tests/support/inspector.h"

namespace llmctl::migration {
namespace {

using storage::Access;
using test::error_from;
using test::Inspector;
using test::TemporaryDirectory;

/// A database that llmctl made.
class MigratedDatabase {
 public:
  MigratedDatabase() {
    const auto clock = make_frozen_clock(test::test_start);
    up(*open(Access::create), {}, *clock);
  }
  std::unique_ptr<storage::Database> open(Access access) const {
    return test::open_test_database(directory_, access);
  }
  void change(const std::string& sql) const { Inspector(directory_ / "test.db").execute(sql); }
  std::vector<std::string> differences() const {
    std::vector<std::string> texts;
    for (const Difference& difference : verify(*open(Access::read_only)).differences)
      texts.push_back((difference.is_drift ? "" : "note: ") + to_string(difference));
    return texts;
  }

 private:
  TemporaryDirectory directory_;
};

/// Puts another definition in the place of a table's, and lets SQLite count it as a change.
std::string rebuilt(const std::string& table, const std::string& from, const std::string& to) {
  return "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '" + from +
         "', '" + to + "') WHERE name = '" + table +
         "'; PRAGMA writable_schema = RESET; CREATE TABLE counted (id); DROP TABLE counted";
}

TEST_CASE("what the migrations made is no drift, however it is spelt") {
  const MigratedDatabase database;
  const Verification result = verify(*database.open(Access::read_only));
  CHECK(result.differences.empty());
  CHECK(result.tables == 12);
  for (const std::string& change :
       {std::string("DROP INDEX messages_role; CREATE INDEX other ON \"messages\" (\"role\")"),
        std::string("CREATE TABLE more (id integer); CREATE TRIGGER t AFTER INSERT ON messages "
                    "BEGIN SELECT 1; END; CREATE VIEW v AS SELECT 1"),
        std::string("PRAGMA user_version = 0"),
        rebuilt("tools",
                "configuration text NOT NULL CHECK (JSON_VALID(configuration) OR "
                "configuration IS NULL)",
                "\"configuration\" TEXT /* why */ not null CONSTRAINT c CHECK "
                "((json_valid ([configuration]) OR `configuration` IS NULL))")}) {
    CAPTURE(change);
    database.change(change);
    CHECK(database.differences().empty());
    CHECK(read_status(*database.open(Access::read_only)).state == State::current);
  }
}

TEST_CASE("every kind of drift is named with what was expected and what is there") {
  struct Case {
    std::string change;
    std::vector<std::string> differences;
  };
  const Case cases[] = {
      {"DROP TABLE llmctl_leases", {"llmctl_leases: missing table"}},
      {"ALTER TABLE tools DROP COLUMN description",
       {"tools.description: missing column, expected 'text not null'"}},
      {"ALTER TABLE llmctl_leases ADD COLUMN note text DEFAULT 'x'",
       {"llmctl_leases.note: extra column, found 'text null'"}},
      {rebuilt("agents", "name varchar(100)", "name varchar(99)"),
       {"agents.name: type, expected 'varchar(100)', found 'varchar(99)'"}},
      {rebuilt("messages", "content text NOT NULL", "content text"),
       {"messages.content: nullability, expected 'not null', found 'null'"}},
      {rebuilt("messages", "pending bool NOT NULL", "pending bool NOT NULL DEFAULT 0"),
       {"messages.pending: default, expected 'none', found '0'"}},
      {rebuilt("llmctl_seed_objects", "PRIMARY KEY (seed_set, kind, object_id)",
               "PRIMARY KEY (kind, seed_set, object_id)"),
       {"llmctl_seed_objects: primary key, expected 'seed_set, kind, object_id', found 'kind, "
        "seed_set, object_id'"}},
      {"DROP INDEX tools_agents_pair; CREATE INDEX tools_agents_pair ON tools_agents (tool_id, "
       "agent_id)",
       {"tools_agents: missing unique key, expected 'tool_id, agent_id'",
        "note: tools_agents: extra index, found 'tool_id, agent_id'"}},
      {"CREATE UNIQUE INDEX more ON agents (name)", {"agents: extra unique key, found 'name'"}},
      {rebuilt("messages",
               "llm_provider_id varchar(50) NULL REFERENCES llm_providers (id) "
               "DEFERRABLE INITIALLY DEFERRED",
               "llm_provider_id varchar(50) NULL REFERENCES agents (id) ON DELETE CASCADE"),
       {"messages: missing foreign key, expected 'llm_provider_id -> llm_providers (id) initially "
        "deferred'",
        "messages: extra foreign key, found 'llm_provider_id -> agents (id) on delete cascade'"}},
      {rebuilt("llmctl_revisions", " CHECK (JSON_VALID(content))", ""),
       {"llmctl_revisions: missing check, expected 'json_valid ( content )'"}},
      {rebuilt("llmctl_revisions", "AUTOINCREMENT", ""),
       {"llmctl_revisions: missing table option, expected 'autoincrement'"}},
      {"DROP INDEX conv_active_idx; CREATE INDEX conv_active_idx ON conversations (updated_at, "
       "deleted_at)",
       {"conversations: missing index, expected 'updated_at desc, deleted_at'",
        "note: conversations: extra index, found 'updated_at, deleted_at'"}},
      {"CREATE INDEX more ON messages (lower(content)) WHERE pending",
       {"note: messages: extra index, found '( lower ( content ) ) where pending'"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.change);
    const MigratedDatabase database;
    database.change(c.change);
    CHECK(database.differences() == c.differences);
    const bool drifted = !c.differences.front().starts_with("note");
    CHECK(verify(*database.open(Access::read_only)).has_drifted == drifted);
    const Status status = read_status(*database.open(Access::read_only));
    CHECK((status.state == State::drifted) == drifted);
    const auto clock = make_frozen_clock(test::test_start);
    if (drifted) {
      const Error error = error_from([&] { up(*database.open(Access::create), {}, *clock); });
      CHECK(error.kind == ErrorKind::configuration);
      CHECK(error.details.at(0).message == c.differences.front());
    } else {
      CHECK(up(*database.open(Access::create), {}, *clock).applied.empty());
    }
  }
}

TEST_CASE("all differences are listed at once, drift first") {
  const MigratedDatabase database;
  database.change(
      "CREATE INDEX a ON agents (icon); DROP INDEX messages_role; DROP TABLE llmctl_leases");
  CHECK(database.differences() ==
        std::vector<std::string>{"messages: missing index, expected 'role'",
                                 "llmctl_leases: missing table",
                                 "note: agents: extra index, found 'icon'"});
}

TEST_CASE("in an adopted database the backend's indexes and keys are its own affair") {
  const TemporaryDirectory directory;
  test::make_backend_database(directory / "test.db");
  const auto clock = make_frozen_clock(test::test_start);
  up(*test::open_test_database(directory, Access::create), {}, *clock);
  Inspector inspector(directory / "test.db");
  inspector.execute(
      "DROP INDEX msg_conv_time_idx; CREATE UNIQUE INDEX more ON agents (name); "
      "ALTER TABLE user_profiles ADD COLUMN x text");
  CHECK(verify(*test::open_test_database(directory, Access::read_only)).differences.empty());
  inspector.execute("ALTER TABLE agents ADD COLUMN mood text; DROP INDEX llmctl_revisions_object");
  const Verification result = verify(*test::open_test_database(directory, Access::read_only));
  REQUIRE(result.differences.size() == 2);
  CHECK(to_string(result.differences[0]) == "agents.mood: extra column, found 'text null'");
  CHECK(to_string(result.differences[1]) ==
        "llmctl_revisions: missing index, expected 'kind, object_id, number'");
}

TEST_CASE("a history that is unknown, or none, cannot be verified against") {
  {
    const MigratedDatabase database;
    database.change("UPDATE llmctl_migrations SET sha256 = 'x' WHERE version = 2");
    const Error error = error_from([&] { database.differences(); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.what(), Catch::Contains("another text"));
  }
  const TemporaryDirectory directory;
  const auto database = test::open_test_database(directory, Access::create);
  for (const char* sql : {"CREATE TABLE shopping (item text)", "CREATE TABLE agents (id text)"}) {
    const Error error = error_from([&] { verify(*database); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.hint, Catch::Contains("llmctl migrate status"));
    database->execute(sql);
  }
}

TEST_CASE("an idle migrate sees a schema that was changed since, and no other number is a stamp") {
  const MigratedDatabase database;
  const auto current = [&] {
    return read_status(*database.open(Access::read_only)).state == State::current;
  };
  CHECK(current());
  CHECK(database.open(Access::read_only)->read_stamp() == sqlite_stamp);
  database.change("CREATE TABLE mine (id integer)");
  CHECK(database.open(Access::read_only)->read_stamp() != sqlite_stamp);
  CHECK(current());
  database.change("DROP TABLE llmctl_leases");
  CHECK_FALSE(current());
  database.change("PRAGMA user_version = " + std::to_string(sqlite_stamp));
  CHECK_FALSE(database.open(Access::read_only)->read_stamp());
}

}  // namespace
}  // namespace llmctl::migration
