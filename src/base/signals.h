#pragma once

namespace llmctl {

/// From now on SIGINT and SIGTERM set a flag instead of killing; a second one kills. SIGPIPE and SIGXFSZ are ignored,
/// so that a closed pipe and a file-size limit come back as errors of the write.
void install_signal_handlers();

/// Whether SIGINT or SIGTERM has arrived.
bool interrupted();

/// Throws Error(interrupted) or Error(terminated) when a signal has arrived.
void throw_if_interrupted();

}  // namespace llmctl
