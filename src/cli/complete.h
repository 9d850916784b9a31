#pragma once

#include <string>
#include <vector>

namespace llmctl::cli {

/// What could stand in place of the last word: commands, verbs, options, or their values, ids from
/// the database included. `words` are those after "llmctl"; the last one may be empty. Never
/// throws; without an answer it is empty, and the shell offers file names.
std::vector<std::string> complete(const std::vector<std::string>& words);

}  // namespace llmctl::cli
