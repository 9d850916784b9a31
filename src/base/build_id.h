#pragma once

#include <string>

namespace llmctl {

/// What the linker left in this program to tell builds apart (the GNU build id, in hex): the same
/// for the same code. Throws Error(internal) when there is none.
std::string build_id();

}  // namespace llmctl
