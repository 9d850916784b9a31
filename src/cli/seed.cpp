#include "cli/commands.h"
#include "cli/context.h"
#include "cli/generate.h"
#include "cli/noun.h"
#include "cli/seed_paths.h"
#include "output/setup_report.h"
#include "seeding/checks.h"
#include "seeding/seeding.h"

namespace llmctl::cli {
namespace {

struct ApplyOptions : PathOptions {
  bool dry_run = false;
};

void apply(const ApplyOptions& options, Context& context) {
  context.check_columns(output::seed_report({}, options.dry_run));
  const auto sources = sources_of(options);
  storage::Database& database =
      context.database(options.dry_run ? storage::Access::read_only : storage::Access::read_write);
  const seeding::SeedSet set = seeding::load(sources, seeding::known_in(database));
  const seeding::SeedPlan result =
      options.dry_run ? seeding::make_plan(database, set)
                      : seeding::apply(database, set, {context.clock().now(), context.actor()});
  context.print(output::seed_report(result, options.dry_run));
}

void validate(const PathOptions& options, Context& context) {
  context.print(output::validate_report(seeding::validate(sources_of(options))));
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

}  // namespace llmctl::cli
