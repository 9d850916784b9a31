#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "tests/support/inspector.h"
#include "tests/support/program.h"

namespace llmctl::test {
namespace {

constexpr std::string_view seed = R"(llmctl: seed/1
set: test
llm_providers:
  later:
    name: Later
    provider_type: custom
    configuration: {script: {pending_polls: 6, reply: here it is}}
  slow:
    name: Slow
    provider_type: custom
    configuration: {script: {latency: 20s, reply: never}}
)";

void prepare(const Program& program) {
  program.succeed({"init", "-q"});
  program.succeed({"seed", "-q", program.directory().write("test.yaml", seed)});
}

void wait_until(Inspector& inspector, const std::string& sql) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (inspector.number(sql) == 0) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("never true: " + sql);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

struct Signal {
  int number;
  std::string message;
};
const std::vector<Signal> signals{{SIGINT, "interrupted"}, {SIGTERM, "terminated"}};

TEST_CASE("a signal ends the wait for a pending answer, which a later poll brings") {
  for (const Signal& signal : signals) {
    INFO(signal.message);
    const Program program;
    prepare(program);
    Inspector inspector(program.database());
    Process chat(program.command({"chat", "-m", "later", "hi"}));
    wait_until(inspector, "SELECT count(*) FROM messages WHERE pending");
    chat.kill(signal.number);
    const ProcessResult result = chat.wait();
    CHECK(result.exit_code == 128 + signal.number);
    CHECK(result.out == "");
    CHECK_THAT(result.err, Catch::Contains("llmctl: error: " + signal.message));
    CHECK(inspector.texts("SELECT status FROM llmctl_attempts") ==
          std::vector<std::string>{"pending"});
    CHECK(inspector.number("SELECT count(*) FROM messages WHERE pending AND content = ''") == 1);
    for (int i = 0; i < 6; ++i) program.succeed({"poll", "--all", "-q"});
    CHECK(
        inspector.texts("SELECT content FROM messages WHERE role = 'assistant' AND NOT pending") ==
        std::vector<std::string>{"here it is"});
    CHECK(inspector.texts("SELECT status FROM llmctl_attempts") ==
          std::vector<std::string>{"completed"});
    CHECK(inspector.damage() == "");
  }
}

TEST_CASE("a signal while the provider thinks leaves the question and no answer") {
  for (const Signal& signal : signals) {
    INFO(signal.message);
    const Program program;
    prepare(program);
    Inspector inspector(program.database());
    Process chat(program.command({"chat", "-m", "slow", "hi"}));
    wait_until(inspector, "SELECT count(*) FROM llmctl_attempts");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    chat.kill(signal.number);
    const ProcessResult result = chat.wait();
    CHECK(result.exit_code == 128 + signal.number);
    CHECK(result.out == "");
    CHECK_THAT(result.err, Catch::Contains("llmctl: error: " + signal.message));
    CHECK(inspector.texts("SELECT role FROM messages") == std::vector<std::string>{"user"});
    CHECK(inspector.texts("SELECT status FROM llmctl_attempts") ==
          std::vector<std::string>{"cancelled"});
  }
}

TEST_CASE("a signal ends the wait for somebody else's lock, with nothing written") {
  for (const Signal& signal : signals) {
    const Program program;
    prepare(program);
    Inspector other(program.database());
    other.execute("BEGIN IMMEDIATE");
    Process chat(program.command({"chat", "-m", "dummy", "hi"}));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    chat.kill(signal.number);
    const ProcessResult result = chat.wait();
    CHECK(result.exit_code == 128 + signal.number);
    CHECK_THAT(result.err, Catch::Contains("llmctl: error: " + signal.message));
    other.execute("ROLLBACK");
    CHECK(other.number("SELECT count(*) FROM conversations") == 0);
  }
}

TEST_CASE("a signal while many seeds are read or compared leaves the database as it was") {
  const Program program;
  prepare(program);
  std::string lines = "{\"llmctl\":\"seed/1\"}\n";
  for (int i = 0; i < 60'000; ++i) {
    lines += "{\"llm_providers\":{\"p" + std::to_string(i) +
             "\":{\"name\":\"P\",\"provider_type\":\"custom\"}}}\n";
  }
  const std::string file = program.directory().write("many.jsonl", lines);
  Inspector inspector(program.database());
  for (const Signal& signal : signals) {
    INFO(signal.message);
    Process apply(program.command({"seed", "apply", file}));
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    apply.kill(signal.number);
    const ProcessResult result = apply.wait();
    CHECK(result.exit_code == 128 + signal.number);
    CHECK_THAT(result.err, Catch::Contains("llmctl: error: " + signal.message));
    CHECK(inspector.number("SELECT count(*) FROM llm_providers WHERE id LIKE 'p%'") == 0);
  }
}

ProcessResult run_in_shell(const Program& program, const std::string& script) {
  ProcessOptions options = program.command({});
  options.arguments = {"/bin/sh", "-c", script, LLMCTL_BINARY};
  return run_process(std::move(options));
}

TEST_CASE("a reader that has seen enough ends the program quietly") {
  const Program program;
  prepare(program);
  Inspector(program.database())
      .execute(
          "INSERT INTO conversations VALUES (printf('%032x', 1), 'many', 'dummy', NULL, NULL, "
          "'2026-01-01 00:00:00', '2026-01-01 00:00:00', NULL);"
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
          "INSERT INTO messages SELECT printf('%032x', i), printf('%032x', 1), 'user', 'one of "
          "many', NULL, "
          "NULL, NULL, FALSE, FALSE, '2026-01-01 00:00:00', NULL FROM n");
  for (const char* format : {"text -n 20000", "json", "jsonl", "csv", "tsv"}) {
    INFO(format);
    const ProcessResult result =
        run_in_shell(program, "{ \"$0\" audit list --format " + std::string(format) +
                                  "; echo $? >&2; } | head -c 1 | wc -c");
    CHECK(result.out == "1\n");
    CHECK(result.err == "0\n");
  }
}

TEST_CASE("output that cannot be written is an error") {
  const Program program;
  prepare(program);
  for (const char* command :
       {"audit list", "audit list --json", "provider list", "migrate status", "doctor",
        "chat -m dummy hi", "completion bash", "migrate sql", "help", "--version", "chat --help"}) {
    INFO(command);
    const ProcessResult result =
        run_in_shell(program, "\"$0\" " + std::string(command) + " > /dev/full");
    CHECK(result.exit_code == 74);
    CHECK_THAT(result.err,
               Catch::Contains("llmctl: error: cannot write to stdout: No space left on device"));
  }
  // The turn itself was stored.
  CHECK(Inspector(program.database()).texts("SELECT status FROM llmctl_attempts") ==
        std::vector<std::string>{"completed"});
}

TEST_CASE("a signal ends the wait for the other side of a named pipe") {
  const Program program;
  prepare(program);
  const std::string pipe = program.directory() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR) == 0);
  for (const Program::Arguments& command : {Program::Arguments{"seed", "validate", pipe},
                                            {"chat", "--file", pipe},
                                            {"seed", "apply", "--plan", pipe},
                                            {"seed", "generate", "--out", pipe}}) {
    for (const Signal& signal : signals) {
      INFO(command[0] << ' ' << command[1] << ": " << signal.message);
      Process process(program.command(command));
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      process.kill(signal.number);
      const ProcessResult result = process.wait();
      CHECK(result.exit_code == 128 + signal.number);
      CHECK_THAT(result.err, Catch::Contains("llmctl: error: " + signal.message));
    }
  }
}

}  // namespace
}  // namespace llmctl::test
