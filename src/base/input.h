#pragma once

#include <cstddef>
#include <string>

namespace llmctl {

/// Standard input to its end, or until it is longer than `limit` bytes. Unlike std::cin it is ended
/// by a signal, so that half of an input is never taken for the whole. Throws Error: io,
/// interrupted, terminated, timeout.
std::string read_standard_input(std::size_t limit);

/// One line that somebody types on a terminal, with its end; empty when the input ends. Ended by a
/// signal, too. Throws as above.
std::string read_terminal_line();

}  // namespace llmctl
