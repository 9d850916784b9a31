#include "cli/seed_paths.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "base/input.h"
#include "base/text.h"
#include "cli/noun.h"

namespace llmctl::cli {

std::vector<seeding::SeedSource> sources_of(const PathOptions& options) {
  if (options.paths.empty()) return seeding::builtin_sources();
  try {
    std::istringstream standard_input;
    if (std::ranges::find(options.paths, "-") != options.paths.end()) {
      standard_input.str(read_standard_input(std::size_t{64} << 20));
    }
    return seeding::read_sources(options.paths, standard_input);
  } catch (Error& problem) {
    const std::vector<std::string> verbs{"apply", "validate", "generate"};
    const std::string suggestion = did_you_mean(options.paths.front(), verbs);
    if (problem.kind == ErrorKind::not_found && !suggestion.empty()) problem.hint = suggestion;
    throw;
  }
}

void add_paths(CLI::App& app, PathOptions& options) {
  app.add_option("PATH", options.paths,
                 "seed files, folders of them, or - for stdin; none: the built-in seeds")
      ->type_name(value::file);
}

}  // namespace llmctl::cli
