#include "tests/support/process.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <system_error>

#include "tests/support/database.h"

namespace llmctl::test {
namespace {

ProcessOptions shell(const std::string& command) {
  ProcessOptions options;
  options.arguments = {"/bin/sh", "-c", command};
  options.environment = {{"PATH", "/usr/bin:/bin"}};
  return options;
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

TEST_CASE("a process gives its output and exit code") {
  struct Case {
    std::string command, out, err;
    int exit_code;
  };
  const std::vector<Case> cases{
      {"true", "", "", 0},
      {"echo out; echo err >&2; exit 7", "out\n", "err\n", 7},
      {"kill -9 $$", "", "", 137},
      {"kill -TERM $$", "", "", 143},
      {"cat", "", "", 0},
      {"echo $HOME-$X", "-\n", "", 0},
      {"exec >&- 2>&-; sleep 0.05; exit 3", "", "", 3},
  };
  for (const Case& c : cases) {
    const ProcessResult result = run_process(shell(c.command));
    CHECK(result.out == c.out);
    CHECK(result.err == c.err);
    CHECK(result.exit_code == c.exit_code);
  }
}

TEST_CASE("more than a pipe holds goes through in both directions") {
  ProcessOptions options = shell("tee /dev/stderr");
  options.input = std::string(3'000'000, 'x') + "\n";
  const ProcessResult result = run_process(options);
  CHECK((result.out == options.input));
  CHECK((result.err == options.input));
}

TEST_CASE("a program that does not read its stdin does no harm") {
  ProcessOptions options = shell("exit 5");
  options.input = std::string(1'000'000, 'x');
  CHECK(run_process(options).exit_code == 5);
}

TEST_CASE("a background child does not keep the result waiting") {
  const auto start = std::chrono::steady_clock::now();
  Process process(shell("sleep 30 & echo $!"));
  const ProcessResult result = process.wait();
  CHECK(since(start).count() < 10'000);
  ::kill(std::stoi(result.out), SIGKILL);
}

TEST_CASE("a process that takes too long is killed with its children and named") {
  ProcessOptions options = shell("echo begun; sleep 1000; echo never");
  options.timeout = std::chrono::milliseconds(300);
  const auto start = std::chrono::steady_clock::now();
  CHECK_THROWS_WITH(run_process(options), Catch::Contains("still running after 300 ms") &&
                                              Catch::Contains("sleep 1000") &&
                                              Catch::Contains("stdout so far:\nbegun"));
  CHECK(since(start).count() < 10'000);
  options = shell("yes");
  options.timeout = std::chrono::milliseconds(300);
  CHECK_THROWS_WITH(run_process(options), Catch::Contains("still running after 300 ms"));
}

TEST_CASE("a running process can be signalled") {
  Process process(
      shell("trap 'echo caught; exit 4' TERM; kill -STOP $$; while :; do sleep 0.01; done"));
  process.kill(SIGTERM);
  process.kill(SIGCONT);
  const ProcessResult result = process.wait();
  // The signal may have come before the trap was set.
  CHECK((result.exit_code == 4 || result.exit_code == 143));
}

TEST_CASE("a process that nobody waits for ends with its object") {
  pid_t pid = 0;
  {
    const Process process(shell("sleep 1000"));
    pid = process.pid();
    CHECK(::kill(pid, 0) == 0);
  }
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("directory, limits and user are set before the program starts") {
  const TemporaryDirectory directory;
  ProcessOptions options = shell("pwd; ulimit -f; umask; head -c 100000 /dev/zero > big");
  options.directory = directory.path();
  options.limits = {{RLIMIT_FSIZE, 51200}};
  const ProcessResult limited = run_process(options);
  CHECK(limited.out == std::filesystem::canonical(directory.path()).string() + "\n100\n0022\n");
  CHECK(limited.exit_code == 128 + SIGXFSZ);
  CHECK(std::filesystem::file_size(directory.path() / "big") == 51200);
  if (geteuid() == 0) {
    options = shell("id -u; id -g; id -G");
    options.as_nobody = true;
    CHECK(run_process(options).out == "65534\n65534\n65534\n");
  }
}

TEST_CASE("a program that cannot be started is an error of its own") {
  ProcessOptions options;
  options.arguments = {"/nonexistent/program"};
  CHECK_THROWS_AS(run_process(options), std::system_error);
  options = shell("true");
  options.directory = "/nonexistent";
  CHECK_THROWS_WITH(run_process(options), Catch::Contains("starting '/bin/sh'"));
}

}  // namespace
}  // namespace llmctl::test
