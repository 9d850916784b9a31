#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/command_line.h"

namespace llmctl::cli {

/// All commands and the global options.
std::string overview(CommandTree& globals);

/// What a command and its options do.
std::string help_of(CommandTree& tree, const Command& command, CLI::App& app);

}  // namespace llmctl::cli
