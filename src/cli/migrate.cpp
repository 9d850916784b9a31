#include "migration/migrate.h"

#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"
#include "output/setup_report.h"

namespace llmctl::cli {
namespace {

constexpr int differs = 2;

struct UpOptions {
  migration::UpOptions up;
  bool exit_code = false;
};

migration::UpResult migrate(const migration::UpOptions& options, Context& context) {
  if (migration::is_current_by_stamp(context.location())) return {options.dry_run, {}};
  storage::Database& database =
      options.dry_run ? context.database_or_empty() : context.database(storage::Access::create);
  return migration::up(database, options, context.clock());
}

void up(const UpOptions& options, Context& context) {
  const migration::UpResult result = migrate(options.up, context);
  context.print(output::up_report(result));
  if (options.exit_code && !result.applied.empty()) context.set_exit_code(differs);
}

struct StatusOptions {
  bool exit_code = false;
};

void status(const StatusOptions& options, Context& context) {
  const migration::Status result =
      migration::read_status(context.database(storage::Access::read_only));
  context.print(output::status_report(result));
  if (!options.exit_code || result.state == migration::State::current) return;
  const bool mendable =
      result.state == migration::State::pending || result.state == migration::State::empty;
  context.set_exit_code(mendable ? differs : exit_code(ErrorKind::configuration));
}

struct SqlOptions {};

void sql(const SqlOptions&, Context& context) {
  context.print(output::scripts_report(migration::scripts()));
}

}  // namespace

void build_migrate(Noun& noun) {
  auto& up_verb = noun.verb<UpOptions>("up", "apply all pending migrations", up);
  up_verb.app.add_flag("--dry-run", up_verb.options.up.dry_run,
                       "say what would be applied, and apply nothing");
  up_verb.app.add_flag("--exit-code", up_verb.options.exit_code,
                       "exit 2 when something was, or would be, applied");
  up_verb.app.add_flag("--into-existing", up_verb.options.up.into_existing,
                       "also into a database that holds tables of something else");

  auto& status_verb =
      noun.verb<StatusOptions>("status", "list migrations and how they stand", status);
  status_verb.app.add_flag("--exit-code", status_verb.options.exit_code,
                           "exit 2 when migrations are pending, 78 when they do not fit");

  noun.verb<SqlOptions>("sql", "print the migrations' SQL", sql);
}

}  // namespace llmctl::cli
