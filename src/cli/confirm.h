#pragma once

#include <string>

namespace llmctl::cli {

/// Asks on the terminal whether to do `what`; anything but "y" or "yes" is no. Throws
/// Error(refused) for no, and where there is no terminal to ask on: then --yes must say it.
void confirm(const std::string& what);

}  // namespace llmctl::cli
