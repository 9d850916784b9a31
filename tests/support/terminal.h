#pragma once

#include <string>

#include "tests/support/process.h"

namespace llmctl::test {

/// What somebody types as soon as the terminal shows a text; "\x03" is Ctrl-C.
struct Typing {
  std::string after;
  std::string keys;
};

/// Runs a program with a terminal of this width as stdin, stdout and stderr; `out` is everything
/// that the terminal got. Limits, input and user of the options do not count. Throws like
/// Process::wait.
ProcessResult run_in_terminal(const ProcessOptions& options, unsigned short columns,
                              const Typing& typing = {});

}  // namespace llmctl::test
