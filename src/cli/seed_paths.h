#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "seeding/seed_set.h"

namespace llmctl::cli {

/// The seed files that a command works with.
struct PathOptions {
  std::vector<std::string> paths;
};

void add_paths(CLI::App& app, PathOptions& options);

/// Without paths: the seeds inside the program. A mistyped verb arrives here as a path.
std::vector<seeding::SeedSource> sources_of(const PathOptions& options);

}  // namespace llmctl::cli
