#pragma once

#include <catch2/catch.hpp>

#include "tests/support/program.h"

namespace llmctl::test {

/// The command under strace, which writes what it sees to `trace` in the program's directory.
inline ProcessOptions traced(const Program& program, Program::Arguments arguments,
                             const std::vector<std::string>& strace_options) {
  ProcessOptions options = program.command(std::move(arguments));
  std::vector<std::string> words{"/usr/bin/strace", "-f", "-o", "trace"};
  words.insert(words.end(), strace_options.begin(), strace_options.end());
  options.arguments.insert(options.arguments.begin(), words.begin(), words.end());
  return options;
}

/// False, with a warning, where strace is missing or may not trace: in some containers, and with
/// sanitizers.
inline bool can_trace(const Program& program) {
  const bool works = std::filesystem::exists("/usr/bin/strace") &&
                     run_process(traced(program, {"--version"}, {})).exit_code == 0;
  if (!works) WARN("strace does not work here: the test has shown less than elsewhere");
  return works;
}

}  // namespace llmctl::test
