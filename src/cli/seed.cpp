#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/generate.h"
#include "cli/noun.h"
#include "cli/schema.h"
#include "cli/seed_input.h"
#include "output/seed_report.h"
#include "seeding/checks.h"
#include "seeding/dump.h"
#include "seeding/plan.h"
#include "seeding/plan_file.h"

namespace llmctl::cli {
namespace {

constexpr int differs = 2;

struct PlanFlags : SeedInput {
  std::optional<std::string> on_drift;
  bool take_over = false;
  bool prune = false;
};

seeding::PlanOptions plan_options(const PlanFlags& flags, Context& context) {
  seeding::PlanOptions options;
  if (flags.on_drift == "overwrite") options.on_drift = seeding::OnDrift::overwrite;
  if (flags.on_drift == "fail") options.on_drift = seeding::OnDrift::fail;
  options.prune = flags.prune;
  options.take_over = flags.take_over;
  // The built-in seeds only fill in what is missing; a file is somebody's wish.
  options.refuse_unowned = !flags.paths.empty();
  options.progress = context.progress("seeding");
  return options;
}

struct ApplyOptions : PlanFlags {
  bool dry_run = false;
  bool yes = false;
  std::string plan_file;
};

/// Deleting needs a yes: from the option, or from somebody who reads what would go. Returns the
/// digest of the deletions that were agreed to, be they none; empty when all are.
std::string confirm_prune(const ApplyOptions& options, const seeding::SeedSet& set,
                          const seeding::PlanOptions& plan, Context& context) {
  if (!plan.prune || options.yes) return {};
  const seeding::SeedPlan planned =
      seeding::make_plan(context.database(storage::Access::read_write), set, plan);
  const std::size_t count = planned.count(seeding::Action::prune);
  if (count == 0) return planned.prune_digest;
  constexpr std::size_t shown = 10;
  std::vector<std::string> names;
  for (const seeding::Change& change : planned.changes) {
    if (change.action == seeding::Action::prune && names.size() < shown)
      names.push_back(fmt::format("{} '{}'", change.kind, change.id));
  }
  confirm(fmt::format("delete {} from {}: {}{}",
                      count == 1 ? "1 object" : fmt::format("{} objects", count),
                      context.database_line(), fmt::join(names, ", "),
                      count > shown ? fmt::format(" and {} more", count - shown) : ""));
  return planned.prune_digest;
}

void print_plan(const seeding::SeedPlan& plan, Context& context) {
  context.print(output::plan_report(plan, context.wants_rows()));
}

void apply_set(const seeding::SeedSet& set, const seeding::PlanOptions& plan,
               const std::string& digest, const std::string& prune_digest, Context& context) {
  storage::Database& database = context.database(storage::Access::read_write);
  const seeding::SeedPlan done = seeding::apply(
      database, set, {plan, context.clock().now(), context.actor(), digest, prune_digest});
  context.print(output::seed_report(done, context.wants_rows()));
}

void apply_plan_file(const ApplyOptions& options, Context& context) {
  if (!options.paths.empty() || !options.variables.empty() || options.prune || options.take_over ||
      options.on_drift) {
    throw Error(ErrorKind::usage, "--plan holds its seeds and options already",
                "leave out paths, --var, --on-drift, --prune and --take-over");
  }
  seeding::PlanFile file =
      seeding::read_plan_file(options.plan_file, read_whole_file(options.plan_file));
  const seeding::SeedSet set = seeding::load(file.sources);
  file.options.progress = context.progress("seeding");
  if (options.dry_run) {
    storage::Database& database = context.database(file.options.prune ? storage::Access::read_write
                                                                      : storage::Access::read_only);
    return print_plan(seeding::make_plan(database, set, file.options), context);
  }
  const std::string agreed = confirm_prune(options, set, file.options, context);
  apply_set(set, file.options, file.digest, agreed, context);
}

void plan_paths(const PlanFlags& flags, Context& context,
                const std::function<void(const seeding::SeedSet&, const seeding::SeedPlan&,
                                         const seeding::PlanOptions&)>& use) {
  storage::Database& database =
      context.database(flags.prune ? storage::Access::read_write : storage::Access::read_only);
  const seeding::Known known = seeding::known_in(database);
  const seeding::SeedSet set = load_seeds(flags, &known, context);
  seeding::PlanOptions options = plan_options(flags, context);
  options.values_of_new = true;
  const seeding::SeedPlan plan = seeding::make_plan(database, set, options);
  use(set, plan, options);
}

void apply(const ApplyOptions& options, Context& context) {
  context.check_columns(output::seed_report({}));
  if (!options.plan_file.empty()) return apply_plan_file(options, context);
  if (options.dry_run) {
    return plan_paths(options, context,
                      [&](const auto&, const seeding::SeedPlan& plan, const auto&) {
                        print_plan(plan, context);
                      });
  }
  storage::Database& database = context.database(storage::Access::read_write);
  const seeding::Known known = seeding::known_in(database);
  const seeding::SeedSet set = load_seeds(options, &known, context);
  const seeding::PlanOptions plan = plan_options(options, context);
  const std::string agreed = confirm_prune(options, set, plan, context);
  apply_set(set, plan, {}, agreed, context);
}

struct PlanCommandOptions : PlanFlags {
  std::string out;
  bool exit_code = false;
};

void plan(const PlanCommandOptions& options, Context& context) {
  context.check_columns(output::plan_report({}));
  if (options.out == "-") {
    throw Error(ErrorKind::usage, "--out -: stdout has the plan that people read",
                "--out FILE, and llmctl seed apply --plan FILE");
  }
  plan_paths(options, context,
             [&](const seeding::SeedSet& set, const seeding::SeedPlan& planned,
                 const seeding::PlanOptions& chosen) {
               if (!options.out.empty()) {
                 require_replaceable(options.out, files_of(set));
                 write_file(options.out, [&](std::ostream& out) {
                   out << seeding::plan_file_text(set, planned, chosen);
                 });
               }
               print_plan(planned, context);
               if (options.exit_code && planned.differs()) context.set_exit_code(differs);
             });
}

void validate(const SeedInput& input, Context& context) {
  seeding::Variables variables(input.variables);
  const seeding::SeedCounts counts = seeding::validate(sources_of(input), variables);
  notify_unused(variables, context);
  context.print(output::validate_report(counts));
}

struct DumpOptions {
  bool with_conversations = false;
  std::optional<std::int64_t> revision;
};

void dump(const DumpOptions& options, Context& context) {
  context.check_columns({});
  seeding::DumpOptions chosen;
  chosen.with_conversations = options.with_conversations;
  chosen.revision = options.revision;
  if (context.format() == output::Format::jsonl) {
    chosen.format = seeding::DumpFormat::json_lines;
  } else if (context.format() != output::Format::text) {
    throw Error(ErrorKind::usage, "seed dump prints seed files, which are YAML or JSON Lines",
                "leave --format out, or write --format jsonl");
  }
  storage::Database& database = context.database(storage::Access::read_only);
  seeding::DumpResult result;
  context.write([&](std::ostream& out) {
    result = seeding::dump(database, chosen, [&](std::string_view piece) { out << piece; });
  });
  for (const std::string& place : result.left_out)
    context.notify(fmt::format("left out, because it holds a secret: {}", place));
  for (const std::string& object : result.refused)
    context.notify(fmt::format("cannot be applied as it is: {}", object));
}

void add_plan_flags(CLI::App& app, PlanFlags& flags) {
  add_seed_input(app, flags);
  add_choice(app, "--on-drift", flags.on_drift, "keep|overwrite|fail",
             "what becomes of a field that somebody changed in the database while the file did not "
             "(keep)");
  app.add_flag("--take-over", flags.take_over,
               "also write what no seed set owns in a database that the backend made");
  app.add_flag("--prune", flags.prune,
               "delete what these sets made and the files do not name any more");
}

}  // namespace

void build_seed(Noun& noun) {
  auto& apply_verb =
      noun.verb<ApplyOptions>("apply", "create and update what the files name", apply);
  add_plan_flags(apply_verb.app, apply_verb.options);
  apply_verb.app.add_option("--plan", apply_verb.options.plan_file, "apply what seed plan wrote")
      ->type_name(value::file);
  apply_verb.app.add_flag("--dry-run", apply_verb.options.dry_run,
                          "say what would change, and change nothing");
  apply_verb.app.add_flag("--yes", apply_verb.options.yes, "prune without asking");

  auto& plan_verb =
      noun.verb<PlanCommandOptions>("plan", "say what apply would do, field by field", plan);
  add_plan_flags(plan_verb.app, plan_verb.options);
  plan_verb.app.add_option("--out", plan_verb.options.out, "keep the plan for apply --plan")
      ->type_name(value::file);
  plan_verb.app.add_flag("--exit-code", plan_verb.options.exit_code,
                         "exit 2 when database and files differ");

  auto& validate_verb =
      noun.verb<SeedInput>("validate", "check the files without a database", validate);
  add_seed_input(validate_verb.app, validate_verb.options);

  auto& dump_verb = noun.verb<DumpOptions>("dump", "print the database as a seed file", dump);
  dump_verb.app.add_flag("--with-conversations", dump_verb.options.with_conversations,
                         "conversations and messages, too");
  dump_verb.app
      .add_option("--revision", dump_verb.options.revision,
                  "only the object of this revision, as it was then")
      ->type_name("REV");
  add_schema(noun);
  add_generate(noun);
}

}  // namespace llmctl::cli
