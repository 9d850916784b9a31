#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/context.h"
#include "seeding/seed_set.h"

namespace llmctl::cli {

/// Which seed files, and the values of their variables.
struct SeedInput {
  std::vector<std::string> paths;
  std::vector<std::string> variables;  ///< NAME=VALUE
};
void add_seed_input(CLI::App& app, SeedInput& input);

/// Without paths: the seeds inside the program. A mistyped verb arrives here as a path.
std::vector<seeding::SeedSource> sources_of(const SeedInput& input);

/// The files on disk that a set was read from.
std::vector<std::filesystem::path> files_of(const seeding::SeedSet& set);

/// Says which variables no seed file asked for.
void notify_unused(const seeding::Variables& variables, Context& context);

/// Reads and checks the files, against what is known besides them unless `known` is null. Says
/// which variables nobody used.
seeding::SeedSet load_seeds(const SeedInput& input, const seeding::Known* known, Context& context);

}  // namespace llmctl::cli
