#include "cli/seed_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "base/input.h"
#include "base/text.h"
#include "cli/noun.h"
#include "seeding/checks.h"

namespace llmctl::cli {

void add_seed_input(CLI::App& app, SeedInput& input) {
  app.add_option("PATH", input.paths,
                 "seed files, folders of them, or - for stdin; none: the built-in seeds")
      ->type_name(value::file);
  app.add_option("--var", input.variables, "the value of ${NAME} in the files (repeatable)")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::vector<seeding::SeedSource> sources_of(const SeedInput& input) {
  if (input.paths.empty()) return seeding::builtin_sources();
  try {
    std::istringstream standard_input;
    if (std::ranges::find(input.paths, "-") != input.paths.end()) {
      standard_input.str(read_standard_input(std::size_t{64} << 20));
    }
    return seeding::read_sources(input.paths, standard_input);
  } catch (Error& problem) {
    const std::vector<std::string> verbs{"apply", "plan", "validate", "dump", "schema", "generate"};
    const std::string suggestion = did_you_mean(input.paths.front(), verbs);
    if (problem.kind == ErrorKind::not_found && !suggestion.empty()) problem.hint = suggestion;
    throw;
  }
}

std::vector<std::filesystem::path> files_of(const seeding::SeedSet& set) {
  std::vector<std::filesystem::path> files;
  for (const seeding::SeedFile& file : set.files) files.emplace_back(file.name);
  for (const seeding::IncludedFile& file : set.included) {
    const std::filesystem::path source = files.at(static_cast<std::size_t>(file.source));
    files.push_back(source.parent_path() / file.path);
  }
  return files;
}

void notify_unused(const seeding::Variables& variables, Context& context) {
  for (const std::string& name : variables.unused())
    context.notify(fmt::format("no seed file asks for the variable '{}'", name));
}

seeding::SeedSet load_seeds(const SeedInput& input, const seeding::Known* known, Context& context) {
  seeding::Variables variables(input.variables);
  seeding::SeedSet set = seeding::load(sources_of(input), {&variables, known});
  notify_unused(variables, context);
  return set;
}

}  // namespace llmctl::cli
