#pragma once

#include <string>

#include "cli/context.h"

namespace llmctl::cli {

/// Asks on the terminal; anything but "y" or "yes" is no. Throws Error(refused) for no, and where
/// there is no terminal to ask on: then --yes must say it.
void confirm(Context& context, const std::string& question);

}  // namespace llmctl::cli
