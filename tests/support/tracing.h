#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>

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

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool has_sanitizer = true;
#else
inline constexpr bool has_sanitizer = false;
#endif

/// False, with a warning, where strace is missing or may not trace: in some containers, and with
/// sanitizers, which trace, too. Where everything must hold, in CI, a missing strace is a failure.
inline bool can_trace(const Program& program) {
  const bool works = std::filesystem::exists("/usr/bin/strace") &&
                     run_process(traced(program, {"--version"}, {})).exit_code == 0;
  constexpr const char* message = "strace does not work here: the test shows less than elsewhere";
  const char* const ci = std::getenv("CI");
  if (!works && !has_sanitizer && ci != nullptr && *ci != '\0') FAIL(message);
  if (!works) WARN(message);
  return works;
}

}  // namespace llmctl::test
