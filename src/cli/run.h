#pragma once

#include <ostream>

#include "base/output_stream.h"

namespace llmctl::cli {

/// The whole program: parses, runs, prints. Returns the exit code (sysexits(3), see llmctl(1));
/// nothing is thrown. `out` and `err` must be the process's stdout and stderr, which are asked
/// whether they are terminals.
int run(int argc, const char* const* argv, OutputStream& out, std::ostream& err);

}  // namespace llmctl::cli
