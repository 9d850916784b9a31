#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/inspector.h"
#include "tests/support/program.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;

/// What the database looks like before many programs come at once.
enum class Age { fresh, old_with_log, old_with_journal };

std::string name_of(Age age) {
  switch (age) {
    case Age::fresh: return "a fresh database";
    case Age::old_with_log: return "an old database whose log was left behind";
    case Age::old_with_journal: return "an old database with a rollback journal";
  }
  return {};
}

constexpr int old_messages = 4000;

/// Turns that somebody had long ago.
void add_old_turns(Inspector& inspector) {
  inspector.execute(fmt::format(
      "BEGIN;"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0} / 20) "
      "INSERT INTO conversations SELECT printf('%032x', i), 'old', 'dummy', NULL, 'dummy', "
      "'2025-01-01 00:00:00', '2025-01-01 00:00:00', NULL FROM n;"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) "
      "INSERT INTO messages SELECT printf('%032x', i), printf('%032x', (i - 1) / 20 + 1), "
      "CASE i % 2 WHEN 1 THEN 'user' ELSE 'assistant' END, 'said long ago', NULL, 'dummy', NULL, "
      "FALSE, FALSE, '2025-01-01 00:00:00', NULL FROM n;"
      "COMMIT",
      old_messages));
}

/// Copies the file and its log while the log is in use: as after a power cut.
void leave_log_behind(const Program& program) {
  const fs::path live = program.database();
  const fs::path left = program.directory() / "left.db";
  {
    Inspector inspector(live);
    inspector.execute("PRAGMA wal_autocheckpoint = 0");
    add_old_turns(inspector);
    fs::copy_file(live, left);
    fs::copy_file(live.string() + "-wal", left.string() + "-wal");
  }
  fs::rename(left, live);
  fs::rename(left.string() + "-wal", live.string() + "-wal");
  REQUIRE(fs::file_size(live.string() + "-wal") > 100'000);
}

void prepare(const Program& program, Age age) {
  program.succeed({"init", "-q"});
  if (age == Age::old_with_log) leave_log_behind(program);
  if (age == Age::old_with_journal) {
    Inspector inspector(program.database());
    inspector.execute("PRAGMA journal_mode = DELETE");
    add_old_turns(inspector);
  }
}

/// Commands started together on one database, with a counter in each message.
std::vector<ProcessOptions> chats(const Program& program, int count, const std::string& llm) {
  std::vector<ProcessOptions> commands;
  for (int i = 0; i < count; ++i)
    commands.push_back(program.command({"chat", "-q", "-m", llm, fmt::format("hello {}", i)}));
  return commands;
}

std::vector<ProcessOptions> same(const ProcessOptions& command, std::size_t count) {
  return std::vector<ProcessOptions>(count, command);
}

void check_chats(const Program& program, int count, Age age) {
  INFO(count << " chats on " << name_of(age));
  const auto results = run_together(chats(program, count, "dummy"));
  CHECK(failures(results) == "");
  for (int i = 0; i < count; ++i) {
    CHECK(results[static_cast<std::size_t>(i)].out ==
          fmt::format("Dummy response from Default Agent using Dummy LLM: hello {}\n", i));
  }
  Inspector inspector(program.database());
  CHECK(inspector.damage() == "");
  CHECK(inspector.number(
            "SELECT count(*) FROM messages WHERE role = 'user' AND content LIKE 'hello %'") ==
        count);
  CHECK(inspector.number(
            "SELECT count(*) FROM messages WHERE role = 'assistant' AND content LIKE 'Dummy %'") ==
        count);
  CHECK(inspector.number("SELECT count(*) FROM llmctl_attempts WHERE status = 'completed'") ==
        count);
  CHECK(inspector.number("SELECT count(*) FROM llmctl_attempts") == count);
  CHECK(
      inspector.number("SELECT count(DISTINCT conversation_id) FROM llmctl_attempts a WHERE EXISTS "
                       "(SELECT 1 FROM messages m WHERE m.id = a.assistant_message_id AND "
                       "m.conversation_id = a.conversation_id)") == count);
  const int before = age == Age::fresh ? 0 : old_messages;
  CHECK(inspector.number("SELECT count(*) FROM messages") == before + 2 * count);
}

TEST_CASE("no turn is lost when many chats start together", "[stress]") {
  const Age age = GENERATE(Age::fresh, Age::old_with_log, Age::old_with_journal);
  const int count = GENERATE(40, 200);
  const Program program;
  prepare(program, age);
  check_chats(program, count, age);
}

TEST_CASE("no turn is lost when many chats go on with one conversation", "[stress]") {
  const Program program;
  program.succeed({"init", "-q"});
  const std::string conversation = program.succeed({"conversation", "create", "-q"});
  std::vector<ProcessOptions> commands = chats(program, 40, "dummy");
  for (ProcessOptions& command : commands) {
    command.arguments.insert(command.arguments.end(),
                             {"--conversation", conversation.substr(0, conversation.find('\n'))});
  }
  CHECK(failures(run_together(commands)) == "");
  Inspector inspector(program.database());
  CHECK(inspector.damage() == "");
  CHECK(inspector.number("SELECT count(*) FROM conversations") == 1);
  CHECK(inspector.number("SELECT count(DISTINCT created_at) FROM messages") == 80);
  CHECK(inspector.number("SELECT count(*) FROM llmctl_attempts WHERE status = 'completed'") == 40);
}

TEST_CASE("exactly one of many migrates on a missing file applies each migration", "[stress]") {
  const bool header_left_behind = GENERATE(false, true);
  for (int round = 0; round < 10; ++round) {
    INFO("round " << round);
    const Program program;
    if (header_left_behind) {
      program.directory().write("test.db", "");
      Inspector(program.database()).execute("PRAGMA auto_vacuum = 2; VACUUM");
    }
    const auto results = run_together(same(program.command({"migrate", "-q"}), 12));
    CHECK(failures(results) == "");
    const auto applied = [](const ProcessResult& result) {
      return result.out.find("applied 0001") != std::string::npos;
    };
    CHECK(std::ranges::count_if(results, applied) == 1);
    Inspector inspector(program.database());
    CHECK(inspector.damage() == "");
    CHECK(inspector.texts("SELECT version FROM llmctl_migrations ORDER BY version") ==
          std::vector<std::string>{"1", "2", "3"});
    CHECK(inspector.texts("PRAGMA journal_mode") == std::vector<std::string>{"wal"});
    CHECK(inspector.texts("PRAGMA auto_vacuum") == std::vector<std::string>{"2"});
  }
}

TEST_CASE("many inits on a missing file leave one complete database", "[stress]") {
  for (int round = 0; round < 10; ++round) {
    INFO("round " << round);
    const Program program;
    const auto results = run_together(same(program.command({"init", "-q"}), 12));
    CHECK(failures(results) == "");
    const auto created = [](const ProcessResult& result) {
      return result.out.find("seeds: 8 created") != std::string::npos;
    };
    CHECK(std::ranges::count_if(results, created) == 1);
    Inspector inspector(program.database());
    CHECK(inspector.damage() == "");
    CHECK(inspector.number("SELECT count(*) FROM llmctl_migrations") == 3);
    CHECK(inspector.number("SELECT count(*) FROM llm_providers") == 6);
    CHECK(inspector.number("SELECT count(*) FROM agents") == 2);
    CHECK(inspector.number("SELECT count(*) FROM llmctl_revisions") == 8);
  }
}

TEST_CASE("many seeds together create every object once", "[stress]") {
  for (int round = 0; round < 5; ++round) {
    const Program program;
    program.succeed({"migrate", "-q"});
    const auto results = run_together(same(program.command({"seed", "-q"}), 8));
    CHECK(failures(results) == "");
    const auto created = [](const ProcessResult& result) {
      return result.out.find("8 created, 0 updated, 0 unchanged") != std::string::npos;
    };
    CHECK(std::ranges::count_if(results, created) == 1);
    Inspector inspector(program.database());
    CHECK(inspector.damage() == "");
    CHECK(inspector.number("SELECT count(*) FROM llmctl_seed_objects") == 8);
    CHECK(inspector.number("SELECT count(*) FROM llmctl_revisions") == 8);
  }
}

/// Everything in the file, as SQL.
std::string dump_of(const Program& program) {
  ProcessOptions options = program.command({});
  options.arguments = {"/usr/bin/sqlite3", program.database(), ".dump"};
  return run_process(options).out;
}

TEST_CASE("mixed runners that set a database up together leave the same bytes every time",
          "[stress]") {
  std::string first;
  for (int round = 0; round < 100; ++round) {
    INFO("round " << round);
    Program program;
    // Whoever is first writes the same times as any other would.
    program.environment["LLMCTL_TEST"] = "1";
    program.environment["LLMCTL_CLOCK"] = "2026-10-01T12:00:00Z";
    ProcessOptions both = program.command({});
    both.arguments = {"/bin/sh", "-c",
                      both.arguments[0] + " migrate -q && " + both.arguments[0] + " seed -q"};
    std::vector<ProcessOptions> runners = same(both, 4);
    for (const ProcessOptions& migrate : same(program.command({"migrate", "-q"}), 4))
      runners.push_back(migrate);
    CHECK(failures(run_together(runners)) == "");
    std::vector<ProcessOptions> later = same(program.command({"seed", "-q"}), 4);
    for (const ProcessOptions& runner : runners) later.push_back(runner);
    CHECK(failures(run_together(later)) == "");
    const std::string dump = dump_of(program);
    if (first.empty()) first = dump;
    CHECK(dump == first);
  }
  CHECK_THAT(first, Catch::Contains("data-protection-expert"));
}

constexpr std::string_view pending_seed = R"(llmctl: seed/1
set: test
llm_providers:
  later:
    name: Later
    provider_type: custom
    configuration: {script: {pending_polls: 1, reply: here}}
)";

TEST_CASE("readers and pollers do not fail while others write", "[stress]") {
  const Program program;
  program.succeed({"init", "-q"});
  program.succeed({"seed", "-q", program.directory().write("later.yaml", pending_seed)});
  for (int i = 0; i < 20; ++i) program.succeed({"chat", "-q", "--no-wait", "-m", "later", "wait"});
  std::vector<ProcessOptions> commands;
  for (const ProcessOptions& chat : chats(program, 30, "dummy")) {
    commands.push_back(chat);
    commands.push_back(program.command({"audit", "list", "-q", "--json"}));
    commands.push_back(program.command({"poll", "--all", "-q"}));
  }
  CHECK(failures(run_together(commands)) == "");
  program.succeed({"poll", "--all", "-q"});
  Inspector inspector(program.database());
  CHECK(inspector.damage() == "");
  CHECK(inspector.number("SELECT count(*) FROM messages WHERE content = 'here' AND NOT pending") ==
        20);
  CHECK(inspector.number("SELECT count(*) FROM messages") == 100);
  CHECK(inspector.number("SELECT count(*) FROM llmctl_attempts WHERE status = 'completed'") == 50);
  CHECK(inspector.number("SELECT count(*) FROM llmctl_attempts") == 50);
}

}  // namespace
}  // namespace llmctl::test
