#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/time.h"
#include "tests/support/program.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;

struct Block {
  std::string language;
  std::string text;
};

/// What stands between ```language and ``` in the README.
std::vector<Block> readme_blocks() {
  std::istringstream lines(read_file(fs::path(LLMCTL_SOURCE_DIR) / "README.md"));
  std::vector<Block> blocks;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool fence = line.starts_with("```");
    if (fence && !inside) blocks.push_back({line.substr(3), {}});
    if (fence) {
      inside = !inside;
    } else if (inside) {
      blocks.back().text += line + "\n";
    }
  }
  return blocks;
}

/// The only block of the language that begins so.
std::string readme_block(const std::string& language, const std::string& beginning) {
  std::vector<std::string> found;
  for (const Block& block : readme_blocks()) {
    if (block.language == language && block.text.starts_with(beginning))
      found.push_back(block.text);
  }
  REQUIRE(found.size() == 1);
  return found.front();
}

struct Example {
  std::string command;
  std::string output;  ///< stdout and stderr; empty: the README does not show it
};

std::vector<Example> readme_examples() {
  std::vector<Example> examples;
  for (const Block& block : readme_blocks()) {
    if (block.language != "console") continue;
    std::istringstream lines(block.text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("$ ")) {
        examples.push_back({line.substr(2), {}});
      } else {
        REQUIRE_FALSE(examples.empty());
        examples.back().output += line + "\n";
      }
    }
  }
  return examples;
}

ProcessResult run_script(const Program& program, const std::string& script) {
  ProcessOptions options = program.command({});
  options.arguments = {"/bin/sh", "-c", script};
  return run_process(std::move(options));
}

std::string in_ada_s_home(std::string text, const Program& program) {
  const std::string directory = fs::canonical(program.directory().path());
  for (std::size_t at = text.find(directory); at != std::string::npos; at = text.find(directory))
    text.replace(at, directory.size(), "/home/ada");
  return text;
}

TEST_CASE("the README's examples print what they say, one after the other") {
  Program program;
  program.directory().write("support.yaml", readme_block("yaml", "llmctl: seed/1\n"));
  program.environment["PATH"] =
      fs::path(LLMCTL_BINARY).parent_path().string() + ":" + program.environment["PATH"];
  program.environment["LLMCTL_ACTOR"] = "ada";
  program.environment["LLMCTL_TEST"] = "1";
  program.environment.erase("LLMCTL_DB");
  Timestamp now = *parse_rfc3339("2026-10-01T12:00:00Z");
  int number = 0;
  const std::vector<Example> examples = readme_examples();
  REQUIRE(examples.size() > 15);
  for (const auto& [command, output] : examples) {
    CAPTURE(command);
    if (command.starts_with("export LLMCTL_DB=")) {
      program.environment["LLMCTL_DB"] = command.substr(command.find('=') + 1);
      continue;
    }
    program.environment["LLMCTL_CLOCK"] = to_rfc3339(now);
    program.environment["LLMCTL_RANDOM_SEED"] = std::to_string(++number);
    now += std::chrono::seconds(1);
    const ProcessResult result = run_script(program, "{ " + command + "\n} 2>&1");
    CHECK(result.exit_code == 0);
    if (!output.empty()) CHECK(in_ada_s_home(result.out, program) == output);
  }
}

/// What the README's script for CI needs around it.
class Pipeline {
 public:
  Pipeline() {
    const TemporaryDirectory& directory = program_.directory();
    directory.write("seeds/team.yaml",
                    "llmctl: seed/1\nset: team\nagents:\n  helper:\n    name: Helper\n");
    fs::create_directory(directory / "tmp");
    set_overlay("agents:\n  helper:\n    description: In a test.\n");
    write_tests("llmctl agent show helper --columns description > \"$1.log\"");
    program_.environment["TMPDIR"] = directory / "tmp";
    program_.environment["PATH"] =
        fs::path(LLMCTL_BINARY).parent_path().string() + ":" + program_.environment["PATH"];
    program_.environment.erase("LLMCTL_DB");
  }

  void set_overlay(const std::string& objects) {
    program_.directory().write("tests/overlay.yaml", "llmctl: seed/1\nset: tests\n" + objects);
  }
  void write_tests(const std::string& script) {
    const fs::path file = program_.directory().write("run-tests", "#!/bin/sh\n" + script + "\n");
    fs::permissions(file, fs::perms::owner_all);
  }
  ProcessResult run() { return run_script(program_, readme_block("sh", "#!/bin/sh\n")); }

  bool has_run(const std::string& name) const {
    return fs::exists(program_.directory() / (name + ".log"));
  }
  std::string log(const std::string& name) const {
    return read_file(program_.directory() / (name + ".log"));
  }
  bool left_something() const { return !fs::is_empty(program_.directory() / "tmp"); }

 private:
  Program program_;
};

TEST_CASE("the README's script for CI gives each test process a database, and removes it") {
  Pipeline pipeline;
  const ProcessResult result = pipeline.run();
  CHECK(result.err == "");
  CHECK(result.exit_code == 0);
  CHECK(pipeline.log("first") == "description: In a test.\n");
  CHECK(pipeline.log("second") == "description: In a test.\n");
  CHECK_FALSE(pipeline.left_something());
}

TEST_CASE("the README's script for CI fails when a seed file is wrong, and runs no test") {
  Pipeline pipeline;
  pipeline.set_overlay("agents:\n  helper:\n    naem: x\n");
  const ProcessResult result = pipeline.run();
  CHECK(result.exit_code != 0);
  CHECK_THAT(result.err, Catch::Contains("unknown key 'naem'"));
  CHECK_FALSE(pipeline.has_run("first"));
  CHECK_FALSE(pipeline.has_run("second"));
  CHECK_FALSE(pipeline.left_something());
}

TEST_CASE("the README's script for CI fails when one test process does, after the other") {
  Pipeline pipeline;
  pipeline.write_tests("[ $1 = second ] || exit 1\nsleep 1\ntouch \"$1.log\"");
  CHECK(pipeline.run().exit_code != 0);
  CHECK(pipeline.has_run("second"));
  CHECK_FALSE(pipeline.left_something());
}

}  // namespace
}  // namespace llmctl::test
