#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/support/inspector.h"
#include "tests/support/program.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::uint32_t random_seed() {
  const char* variable = std::getenv("LLMCTL_TEST_SEED");
  return variable == nullptr ? 20261001U : static_cast<std::uint32_t>(std::stoul(variable));
}

const Program::Arguments generate{"seed", "generate", "--conversations", "1200", "--json", "-q"};
/// More than any machine makes while a test looks on.
const Program::Arguments endless{"seed", "generate", "--conversations", "10000000", "-q"};

/// Each conversation with what belongs to it.
std::vector<std::string> conversations_in(const fs::path& file) {
  return Inspector(file).texts(
      "SELECT c.id || ' ' || c.updated_at || ' ' || (SELECT COUNT(*) || ' ' || "
      "SUM(length(content)) FROM messages m WHERE m.conversation_id = c.id) || ' ' || (SELECT "
      "COUNT(*) || ' ' || SUM(hop) FROM llmctl_attempts a WHERE a.conversation_id = c.id) "
      "FROM conversations c ORDER BY c.id");
}

std::vector<std::string> made_in_one_run() {
  const Program program;
  program.succeed({"init", "-q"});
  program.succeed(generate);
  return conversations_in(program.database());
}

TEST_CASE("several runs of one seed generate at once make each conversation once", "[stress]") {
  const std::vector<std::string> expected = made_in_one_run();
  const Program program;
  program.succeed({"init", "-q"});
  const auto results = run_together(std::vector<ProcessOptions>(4, program.command(generate)));
  CHECK(failures(results) == "");
  std::int64_t created = 0;
  for (const ProcessResult& result : results) {
    const auto generated = nlohmann::json::parse(result.out).at("generated");
    created += generated.at("created").get<std::int64_t>();
    CHECK(generated.at("created").get<int>() + generated.at("unchanged").get<int>() == 1200);
  }
  CHECK(created == 1200);
  CHECK(conversations_in(program.database()) == expected);
  CHECK(Inspector(program.database()).damage() == "");
}

TEST_CASE("a killed seed generate leaves whole conversations, and a second one completes it",
          "[stress]") {
  const std::vector<std::string> expected = made_in_one_run();
  std::mt19937 random{random_seed()};
  INFO("LLMCTL_TEST_SEED=" << random_seed());
  int halves = 0;
  for (int kill = 0; kill < 20; ++kill) {
    INFO("kill " << kill);
    const Program program;
    program.succeed({"init", "-q"});
    const auto start = steady_clock::now();
    {
      Process process(program.command(generate));
      std::this_thread::sleep_for(milliseconds(std::uniform_int_distribution<>(0, 400)(random)));
      process.kill(SIGKILL);
      process.wait();
    }
    INFO("after " << (steady_clock::now() - start).count() << " ns");
    const auto left = conversations_in(program.database());
    CHECK(std::ranges::includes(expected, left));
    halves += !left.empty() && left.size() < expected.size() ? 1 : 0;
    program.succeed(generate);
    CHECK(conversations_in(program.database()) == expected);
    CHECK(Inspector(program.database()).damage() == "");
  }
  CHECK(halves > 0);
}

/// Until a running program has committed something.
void wait_for_conversations(const fs::path& file) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(60);
  while (Inspector(file).number("SELECT COUNT(*) FROM conversations") == 0) {
    REQUIRE(steady_clock::now() < deadline);
    std::this_thread::sleep_for(milliseconds(10));
  }
}

TEST_CASE("an interrupted seed generate says how far it came") {
  const Program program;
  program.succeed({"init", "-q"});
  Process process(program.command(endless));
  wait_for_conversations(program.database());
  process.kill(SIGINT);
  const ProcessResult result = process.wait();
  CHECK(result.exit_code == 130);
  Inspector inspector(program.database());
  CHECK(result.err ==
        fmt::format("llmctl: error: interrupted; {} of 10000000 conversations are in the database\n"
                    "hint: the same command goes on from there\n",
                    inspector.number("SELECT COUNT(*) FROM conversations")));
  CHECK(inspector.damage() == "");
}

TEST_CASE("others get the database while seed generate runs", "[stress]") {
  const Program program;
  program.succeed({"init", "-q"});
  const Process process(program.command(endless));
  wait_for_conversations(program.database());
  // The backend gives up after five seconds.
  for (int turn = 0; turn < 10; ++turn)
    program.succeed({"chat", "-q", "--lock-timeout", "5s", "-a", "general-assistant", "Hello"});
}

/// A clock that stands still makes every template of one key the same bytes.
void freeze(Program& program) {
  program.environment["LLMCTL_TEST"] = "1";
  program.environment["LLMCTL_CLOCK"] = "2026-10-01T12:00:00Z";
}

std::vector<ProcessOptions> builders(const Program& program, int count) {
  std::vector<ProcessOptions> commands;
  for (int i = 0; i < count; ++i) {
    commands.push_back(program.command(
        {"init", "-q", "--db", fmt::format("{}.db", i), "--template-cache", "cache"}));
  }
  return commands;
}

TEST_CASE("eight processes that build one template at once all get a sound copy of it",
          "[stress]") {
  Program program;
  freeze(program);
  const fs::path& directory = program.directory().path();
  constexpr int processes = 8;
  for (int round = 0; round < 12; ++round) {
    INFO("round " << round);
    fs::remove_all(directory / "cache");
    const auto results = run_together(builders(program, processes));
    CHECK(failures(results) == "");
    const std::string first = read_file(directory / "0.db");
    for (int i = 0; i < processes; ++i) {
      const fs::path file = directory / fmt::format("{}.db", i);
      CHECK(read_file(file) == first);
      CHECK_FALSE(fs::exists(file.string() + "-wal"));
      CHECK(Inspector(file).damage() == "");
      CHECK(Inspector(file).number("SELECT COUNT(*) FROM agents") == 2);
    }
    CHECK(std::distance(fs::directory_iterator(directory / "cache"), fs::directory_iterator()) ==
          1);
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().extension() != "") fs::remove(entry.path());
    }
  }
}

TEST_CASE("a killed builder leaves no half of a database, neither as a template nor as a copy",
          "[stress]") {
  Program program;
  freeze(program);
  const fs::path& directory = program.directory().path();
  std::mt19937 random{random_seed()};
  INFO("LLMCTL_TEST_SEED=" << random_seed());
  run_process(builders(program, 1).front());
  const std::string whole = read_file(directory / "0.db");
  int without = 0;
  for (int kill = 0; kill < 60; ++kill) {
    INFO("kill " << kill);
    fs::remove_all(directory / "cache");
    fs::remove(directory / "0.db");
    {
      Process process(builders(program, 1).front());
      std::this_thread::sleep_for(
          std::chrono::microseconds(std::uniform_int_distribution<>(0, 30'000)(random)));
      process.kill(SIGKILL);
      process.wait();
    }
    if (fs::exists(directory / "0.db")) {
      CHECK(read_file(directory / "0.db") == whole);
      continue;
    }
    ++without;
    CHECK(run_process(builders(program, 1).front()).exit_code == 0);
    CHECK(read_file(directory / "0.db") == whole);
  }
  CHECK(without > 0);
}

}  // namespace
}  // namespace llmctl::test
