#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "base/input.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/generate.h"
#include "cli/noun.h"
#include "migration/migrate.h"
#include "output/setup_report.h"
#include "seeding/checks.h"
#include "seeding/seeding.h"

namespace llmctl::cli {
namespace {

struct PathOptions {
  std::vector<std::string> paths;
};

struct ApplyOptions : PathOptions {
  bool dry_run = false;
};

/// Without paths: the seeds inside the program. A mistyped verb arrives here as a path.
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

seeding::ApplyResult apply_seeds(storage::Database& database, const seeding::SeedSet& set,
                                 Context& context) {
  return seeding::apply(database, set, {context.clock().now(), context.actor()});
}

void apply(const ApplyOptions& options, Context& context) {
  context.check_columns(output::seed_report({}, options.dry_run));
  const auto sources = sources_of(options);
  storage::Database& database =
      context.database(options.dry_run ? storage::Access::read_only : storage::Access::read_write);
  const seeding::SeedSet set = seeding::load(sources, seeding::known_in(database));
  const seeding::SeedPlan result =
      options.dry_run ? seeding::make_plan(database, set) : apply_seeds(database, set, context);
  context.print(output::seed_report(result, options.dry_run));
}

void validate(const PathOptions& options, Context& context) {
  context.print(output::validate_report(seeding::validate(sources_of(options))));
}

void init(const PathOptions& options, Context& context) {
  const seeding::SeedSet set = seeding::load(sources_of(options));
  storage::Database& database = context.database(storage::Access::create);
  const auto migrated = migration::up(database, {}, context.clock());
  context.print(output::init_report(migrated, apply_seeds(database, set, context)));
}

void add_paths(CLI::App& app, PathOptions& options) {
  app.add_option("PATH", options.paths,
                 "seed files, folders of them, or - for stdin; none: the built-in seeds")
      ->type_name(value::file);
}

}  // namespace

void build_seed(Noun& noun) {
  auto& apply_verb =
      noun.verb<ApplyOptions>("apply", "create and update what the files name", apply);
  add_paths(apply_verb.app, apply_verb.options);
  apply_verb.app.add_flag("--dry-run", apply_verb.options.dry_run,
                          "say what would change, and change nothing");

  auto& validate_verb =
      noun.verb<PathOptions>("validate", "check the files without a database", validate);
  add_paths(validate_verb.app, validate_verb.options);

  add_generate(noun);
}

void build_init(Noun& noun) {
  auto& verb = noun.alone<PathOptions>(init);
  add_paths(verb.app, verb.options);
}

}  // namespace llmctl::cli
