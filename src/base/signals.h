#pragma once

#include "base/time.h"

namespace llmctl {

/// From now on SIGINT and SIGTERM set a flag instead of killing; a second one kills. SIGPIPE and
/// SIGXFSZ are ignored, so that a closed pipe and a file-size limit come back as errors of the
/// write.
void install_signal_handlers();

/// From now on, after this long (if not zero), the command is interrupted as by a signal.
void limit_run_time(Duration limit);

/// Whether SIGINT or SIGTERM has arrived, or the time is over.
bool interrupted();

/// Throws Error: interrupted, terminated or timeout, when one of them has happened.
void throw_if_interrupted();

}  // namespace llmctl
