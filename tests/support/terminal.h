#pragma once

#include "tests/support/process.h"

namespace llmctl::test {

/// Runs a program with a terminal of this width as stdin, stdout and stderr; `out` is everything
/// that the terminal got. Limits, input and user of the options do not count. Throws like
/// Process::wait.
ProcessResult run_in_terminal(const ProcessOptions& options, unsigned short columns);

}  // namespace llmctl::test
