#include <catch2/catch.hpp>

#include "tests/support/inspector.h"
#include "tests/support/program.h"
#include "tests/support/tracing.h"

namespace llmctl::test {
namespace {

/// Commands that find everything as they would have it.
const std::vector<Program::Arguments> idle{
    {"seed"}, {"seed", "test.yaml"}, {"migrate"}, {"init"}, {"provider", "enable", "dummy"}};

void prepare(const Program& program) {
  program.directory().write(
      "test.yaml",
      "llmctl: seed/1\nset: test\nllm_providers:\n  mine:\n    name: Mine\n"
      "    provider_type: custom\n    configuration: {b: 1, a: [1.50, \"x\"]}\n"
      "agents:\n  me:\n    name: Me\n    default_llm: mine\n    allowed_llms: [mine, dummy]\n");
  program.succeed({"init", "-q"});
  program.succeed({"seed", "-q", "test.yaml"});
}

TEST_CASE("what is done already leaves the same bytes and the same time on the file") {
  const Program program;
  prepare(program);
  const std::string before = fingerprint(program.database());
  const auto time = std::filesystem::last_write_time(program.database());
  for (const auto& command : idle) {
    INFO(command.front());
    const ProcessResult result = program.run(command);
    CHECK(result.exit_code == 0);
    // A command that wrote would name the database.
    CHECK(result.err == "");
    CHECK(fingerprint(program.database()) == before);
    CHECK(std::filesystem::last_write_time(program.database()) == time);
  }
}

TEST_CASE("what is done already is neither written nor synced") {
  const Program program;
  prepare(program);
  if (!can_trace(program)) return;
  for (const auto& command : idle) {
    INFO(command.front());
    const std::string calls = "trace=fsync,fdatasync,sync_file_range,pwrite64,pwritev,ftruncate";
    CHECK(run_process(traced(program, command, {"-y", "-e", calls})).exit_code == 0);
    const std::string trace = read_file(program.directory() / "trace");
    INFO(trace);
    // The index of the log, which every connection writes, is memory that happens to have a name.
    CHECK(trace.find("test.db>") == std::string::npos);
    CHECK(trace.find("test.db-wal>") == std::string::npos);
    CHECK(trace.find("sync") == std::string::npos);
  }
}

}  // namespace
}  // namespace llmctl::test
