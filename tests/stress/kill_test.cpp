#include <fmt/format.h>

#include <algorithm>
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
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr int kills = 100;
constexpr int migrations = 3;

std::uint32_t random_seed() {
  const char* variable = std::getenv("LLMCTL_TEST_SEED");
  return variable == nullptr ? 20261001U : static_cast<std::uint32_t>(std::stoul(variable));
}

/// Kills a program at moments spread over its usual run, and a little beyond.
class Killer {
 public:
  /// Measures how long the command usually takes; `prepare` runs before each time.
  template <class Prepare>
  Killer(const ProcessOptions& command, Prepare prepare) {
    std::vector<microseconds> times;
    for (int i = 0; i < 5; ++i) {
      prepare();
      Process process(command);
      const auto start = steady_clock::now();
      const ProcessResult result = process.wait();
      times.push_back(std::chrono::duration_cast<microseconds>(steady_clock::now() - start));
      INFO(result.err);
      REQUIRE(result.exit_code == 0);
    }
    std::ranges::sort(times);
    usual_ = times[times.size() / 2];
  }

  /// Whether it was killed before its end.
  bool run(const ProcessOptions& command) {
    std::uniform_int_distribution<microseconds::rep> delays(0, usual_.count() * 6 / 5);
    const microseconds delay{delays(random_)};
    Process process(command);
    std::this_thread::sleep_for(delay);
    process.kill(SIGKILL);
    result = process.wait();
    const bool killed = result.exit_code == 128 + SIGKILL;
    killed_ += killed ? 1 : 0;
    return killed;
  }

  /// A test whose kills all came too late has shown nothing.
  void check_spread() const {
    INFO("within " << usual_.count() * 6 / 5 << " us, LLMCTL_TEST_SEED=" << random_seed());
    CHECK(killed_ > kills / 4);
  }

  ProcessResult result;

 private:
  microseconds usual_{};
  std::mt19937 random_{random_seed()};
  int killed_ = 0;
};

std::string shape(Inspector& inspector) {
  std::string all;
  for (const std::string& sql :
       inspector.texts("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"))
    all += sql + "\n";
  return all;
}

void remove_database(const fs::path& file) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(file.string() + suffix);
}

TEST_CASE("a killed migrate leaves nothing or everything, and a second one completes it",
          "[stress]") {
  const Program program;
  const ProcessOptions migrate = program.command({"migrate", "-q"});
  const fs::path file = program.database();
  Killer killer(migrate, [&] { remove_database(file); });
  const std::string complete = [&] {
    Inspector inspector(file);
    return shape(inspector);
  }();
  int halves = 0;
  for (int i = 0; i < kills; ++i) {
    INFO("LLMCTL_TEST_SEED=" << random_seed() << ", kill " << i);
    remove_database(file);
    killer.run(migrate);
    if (fs::exists(file)) {
      Inspector inspector(file);
      CHECK(inspector.damage() == "");
      const std::string now = shape(inspector);
      CHECK((now.empty() || now == complete));
      halves += now.empty() ? 1 : 0;
    }
    const ProcessResult again = run_process(migrate);
    CHECK(again.err == "");
    CHECK(again.exit_code == 0);
    Inspector inspector(file);
    CHECK(inspector.damage() == "");
    CHECK(shape(inspector) == complete);
    CHECK(inspector.number("SELECT count(*) FROM llmctl_migrations") == migrations);
    CHECK(inspector.texts("PRAGMA journal_mode") == std::vector<std::string>{"wal"});
    CHECK(inspector.texts("PRAGMA auto_vacuum") == std::vector<std::string>{"2"});
  }
  killer.check_spread();
  CHECK(halves > 0);
}

constexpr int bulk_objects = 100'000;

TEST_CASE("a killed apply of 100,000 objects leaves nothing or everything", "[stress]") {
  const Program program;
  std::string lines = "{\"llmctl\":\"seed/1\",\"set\":\"bulk\"}\n";
  for (int i = 0; i < bulk_objects; ++i) {
    lines += fmt::format(
        "{{\"llm_providers\":{{\"p-{0}\":{{\"name\":\"P {0}\",\"provider_type\":\"custom\"}}}}}}\n",
        i);
  }
  program.directory().write("bulk.jsonl", lines);
  const fs::path file = program.database();
  const ProcessOptions apply = program.command({"seed", "-q", "bulk.jsonl"});
  const auto prepare = [&] {
    remove_database(file);
    program.succeed({"migrate", "-q"});
  };
  Killer killer(apply, prepare);
  constexpr int bulk_kills = 12;
  int killed = 0;
  for (int i = 0; i < bulk_kills; ++i) {
    INFO("LLMCTL_TEST_SEED=" << random_seed() << ", kill " << i);
    prepare();
    killed += killer.run(apply) ? 1 : 0;
    Inspector inspector(file);
    CHECK(inspector.damage() == "");
    const auto count = inspector.number("SELECT count(*) FROM llm_providers");
    CHECK((count == 0 || count == bulk_objects));
    CHECK(inspector.number("SELECT count(*) FROM llmctl_revisions") == count);
    CHECK(inspector.number("SELECT count(*) FROM llmctl_seed_objects") == count);
  }
  CHECK(killed > bulk_kills / 4);
}

constexpr int seeded = 120;  ///< of each kind

/// Enough objects for a kill to fall between them.
std::string large_seed() {
  std::string text = "llmctl: seed/1\nset: large\nllm_providers:\n";
  for (int i = 0; i < seeded; ++i)
    text += fmt::format("  llm-{}:\n    name: LLM {}\n    provider_type: custom\n", i, i);
  text += "tools:\n";
  for (int i = 0; i < seeded; ++i)
    text += fmt::format("  tool-{}:\n    name: Tool {}\n    tool_type: function\n", i, i);
  text += "agents:\n";
  for (int i = 0; i < seeded; ++i) {
    text += fmt::format(
        "  agent-{0}:\n    name: Agent {0}\n    default_llm: llm-{0}\n    tools: [tool-{0}]\n"
        "    allowed_llms: [llm-{0}]\n",
        i);
  }
  return text;
}

TEST_CASE("a killed seed leaves nothing or everything, and a second one completes it", "[stress]") {
  const Program program;
  program.succeed({"migrate", "-q"});
  const fs::path empty = program.directory() / "empty.db";
  fs::copy_file(program.database(), empty);
  const fs::path seeds = program.directory().write("large.yaml", large_seed());
  const ProcessOptions seed = program.command({"seed", "-q", seeds});
  const auto start_over = [&] {
    remove_database(program.database());
    fs::copy_file(empty, program.database());
  };
  const std::string count_all =
      "SELECT (SELECT count(*) FROM llm_providers) + (SELECT count(*) FROM tools) + "
      "(SELECT count(*) FROM agents) + (SELECT count(*) FROM tools_agents) + "
      "(SELECT count(*) FROM agents_allowed_llms) + (SELECT count(*) FROM llmctl_seed_objects) + "
      "(SELECT count(*) FROM llmctl_revisions)";
  constexpr int all = seeded * 11;  // three kinds with their owners and revisions, two relations
  Killer killer(seed, start_over);
  int nothing = 0;
  for (int i = 0; i < kills; ++i) {
    INFO("LLMCTL_TEST_SEED=" << random_seed() << ", kill " << i);
    start_over();
    killer.run(seed);
    Inspector inspector(program.database());
    CHECK(inspector.damage() == "");
    const std::int64_t count = inspector.number(count_all);
    CHECK((count == 0 || count == all));
    nothing += count == 0 ? 1 : 0;
    const ProcessResult again = run_process(seed);
    CHECK(again.err == "");
    CHECK(again.exit_code == 0);
    CHECK(inspector.damage() == "");
    CHECK(inspector.number(count_all) == all);
  }
  killer.check_spread();
  CHECK(nothing > 0);
}

constexpr std::string_view slow_seed = R"(llmctl: seed/1
set: test
llm_providers:
  slow:
    name: Slow
    provider_type: custom
    configuration: {script: {latency: 8ms, reply: at last}}
)";

/// What stands in the tables, in the terms of turns.
struct Turns {
  std::int64_t conversations = 0, questions = 0, answers = 0, attempts = 0, started = 0,
               completed = 0;

  static Turns of(Inspector& inspector) {
    const auto count = [&](const std::string& rows) {
      return inspector.number("SELECT count(*) FROM " + rows);
    };
    return {count("conversations"),
            count("messages WHERE role = 'user'"),
            count("messages WHERE role = 'assistant'"),
            count("llmctl_attempts"),
            count("llmctl_attempts WHERE status = 'started' AND assistant_message_id IS NULL AND "
                  "finished_at IS NULL"),
            count("llmctl_attempts a WHERE status = 'completed' AND EXISTS (SELECT 1 FROM messages "
                  "m WHERE "
                  "m.id = a.assistant_message_id AND m.role = 'assistant' AND m.content <> '' AND "
                  "NOT m.pending)")};
  }
};

Turns turns_in(const Program& program) {
  Inspector inspector(program.database());
  return Turns::of(inspector);
}

/// Whole turns have an answer and a completed attempt, half ones a question and a started one.
void check_turns(const Turns& turns) {
  CHECK(turns.conversations == turns.questions);
  CHECK(turns.attempts == turns.questions);
  CHECK(turns.answers == turns.completed);
  CHECK(turns.started + turns.completed == turns.attempts);
}

/// The answer that was printed whole is in the database.
void check_printed(Inspector& inspector, const std::string& printed) {
  if (printed.empty()) return;
  const auto turn = nlohmann::json::parse(printed).at("turn");
  const auto hex = [&](const char* key) {
    auto text = turn.at(key).get<std::string>();
    std::erase(text, '-');
    return text;
  };
  CHECK(inspector.number(fmt::format("SELECT count(*) FROM conversations WHERE id = '{}'",
                                     hex("conversation_id"))) == 1);
  CHECK(
      inspector.number(fmt::format("SELECT count(*) FROM messages WHERE id = '{}' AND NOT pending",
                                   hex("assistant_message_id"))) == 1);
}

void check_killed_chats(const Program& program, const std::string& llm) {
  const ProcessOptions chat = program.command({"chat", "-q", "--json", "-m", llm, "hello"});
  Killer killer(chat, [] {});
  std::int64_t halves = 0;
  for (int i = 0; i < kills; ++i) {
    INFO("LLMCTL_TEST_SEED=" << random_seed() << ", LLM " << llm << ", kill " << i);
    const Turns before = turns_in(program);
    const bool killed = killer.run(chat);
    Inspector inspector(program.database());
    CHECK(inspector.damage() == "");
    const Turns after = Turns::of(inspector);
    check_turns(after);
    CHECK(after.questions - before.questions <= 1);
    if (!killed) CHECK(after.completed == before.completed + 1);
    check_printed(inspector, killer.result.out);
    halves += after.started - before.started;
  }
  killer.check_spread();
  if (llm == "slow") CHECK(halves > 0);
  program.succeed({"chat", "-q", "-m", llm, "hello again"});
}

TEST_CASE("a killed chat leaves no turn, a question with a started attempt, or a whole turn",
          "[stress]") {
  const Program program;
  program.succeed({"init", "-q"});
  program.succeed({"seed", "-q", program.directory().write("slow.yaml", slow_seed)});
  SECTION("that answers at once") { check_killed_chats(program, "dummy"); }
  SECTION("that takes its time") { check_killed_chats(program, "slow"); }
}

}  // namespace
}  // namespace llmctl::test
