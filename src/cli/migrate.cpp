#include "migration/migrate.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/signals.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"
#include "migration/verify.h"
#include "output/migrate_report.h"

namespace llmctl::cli {
namespace {

constexpr int differs = 2;

struct WaitOptions {
  std::optional<Duration> wait_db;
};

struct BackupOptions {
  bool backup = false;
  std::string directory;
};

struct UpOptions : WaitOptions, BackupOptions {
  migration::UpOptions up;
  bool exit_code = false;
  std::string file_mode = "0600";
};

/// Returns as soon as opening the database gives an answer that waiting would not change.
void wait_for_database(const WaitOptions& options, storage::Access access, Context& context) {
  if (!options.wait_db) return;
  const storage::Location& location = context.location();
  const Duration start = context.clock().elapsed();
  bool told = false;
  while (!storage::is_reachable(location, access)) {
    throw_if_interrupted();
    const Duration waited = context.clock().elapsed() - start;
    if (waited >= *options.wait_db) {
      throw Error(ErrorKind::unavailable,
                  fmt::format("waited {} for '{}', which is not there", to_string(*options.wait_db),
                              location.display),
                  "check the URL, and that the volume is mounted");
    }
    if (!told && waited >= std::chrono::seconds(1)) {
      told = true;
      context.notify(fmt::format("waiting for '{}' (up to {})", location.display,
                                 to_string(*options.wait_db)));
    }
    context.clock().sleep_for(
        std::min<Duration>(std::chrono::milliseconds(100), *options.wait_db - waited));
  }
}

/// Throws Error(usage) unless it is an octal mode that leaves the file usable for its owner and
/// makes no program of it.
unsigned parse_file_mode(const std::string& text) {
  constexpr unsigned owner = 0600;
  constexpr unsigned everybody = 0666;
  const bool octal =
      !text.empty() && text.size() <= 4 && text.find_first_not_of("01234567") == std::string::npos;
  const unsigned mode = octal ? static_cast<unsigned>(std::stoul(text, nullptr, 8)) : 0;
  if (octal && (mode & owner) == owner && (mode & ~everybody) == 0) return mode;
  throw Error(ErrorKind::usage, fmt::format("--file-mode: '{}' is no mode for a database", text),
              "write an octal mode such as 0600, 0640 or 0660");
}

migration::UpOptions with_backup(const UpOptions& options, Context& context) {
  migration::UpOptions up = options.up;
  if (options.backup || !options.directory.empty())
    up.backup = {context.location().path, options.directory};
  return up;
}

/// --adopt-only makes no file; a dry run does not even need one.
storage::Database& open_for(const UpOptions& options, storage::Access access, unsigned file_mode,
                            Context& context) {
  if (access == storage::Access::create) return context.database(access, file_mode);
  return options.wait_db ? context.database(access) : context.database_or_empty(access);
}

migration::UpResult migrate(const UpOptions& options, Context& context) {
  const unsigned file_mode = parse_file_mode(options.file_mode);
  if (migration::is_current_by_stamp(context.location())) return {options.up.dry_run, {}, {}};
  const storage::Access access = options.up.dry_run      ? storage::Access::read_only
                                 : options.up.adopt_only ? storage::Access::read_write
                                                         : storage::Access::create;
  wait_for_database(options, access, context);
  return migration::up(open_for(options, access, file_mode, context), with_backup(options, context),
                       context.clock());
}

void up(const UpOptions& options, Context& context) {
  context.check_columns(output::up_report({}));
  const migration::UpResult result = migrate(options, context);
  context.print(output::up_report(result));
  if (options.exit_code && !result.applied.empty()) context.set_exit_code(differs);
}

struct AdoptOptions : UpOptions {
  bool dry_run = false;
};

void adopt(const AdoptOptions& options, Context& context) {
  if (!options.dry_run) {
    UpOptions adopt_only = options;
    adopt_only.up.adopt_only = true;
    return up(adopt_only, context);
  }
  wait_for_database(options, storage::Access::read_only, context);
  const migration::AdoptionReview review =
      migration::review_adoption(context.database(storage::Access::read_only));
  context.print(output::adoption_report(review));
  if (!review.differences.empty()) context.set_exit_code(exit_code(ErrorKind::configuration));
}

struct StatusOptions : WaitOptions {
  bool exit_code = false;
};

void status(const StatusOptions& options, Context& context) {
  wait_for_database(options, storage::Access::read_only, context);
  const migration::Status result =
      migration::read_status(context.database(storage::Access::read_only));
  context.print(output::status_report(result));
  if (options.exit_code) context.set_exit_code(migration::exit_code(result.state));
}

struct VerifyOptions : WaitOptions {};

void verify(const VerifyOptions& options, Context& context) {
  wait_for_database(options, storage::Access::read_only, context);
  const migration::Verification result =
      migration::verify(context.database(storage::Access::read_only));
  context.print(output::verification_report(result));
  if (result.has_drifted) context.set_exit_code(differs);
}

struct SqlOptions {};

void sql(const SqlOptions&, Context& context) {
  context.print(output::scripts_report(migration::scripts()));
}

void add_wait(CLI::App& app, WaitOptions& options) {
  add_duration(app, "--wait-db", options.wait_db,
               "wait this long for a database that is not there yet");
}

void add_backup(CLI::App& app, BackupOptions& options) {
  app.add_flag("--backup", options.backup, "copy the database before anything is changed");
  app.add_option("--backup-dir", options.directory, "where the copy goes; implies --backup")
      ->type_name(value::directory);
}

void build_up(Noun& noun) {
  auto& verb = noun.verb<UpOptions>("up", "apply all pending migrations", up);
  UpOptions& options = verb.options;
  verb.app.add_flag("--dry-run", options.up.dry_run,
                    "say what would be applied, and apply nothing");
  verb.app.add_flag("--exit-code", options.exit_code,
                    "exit 2 when something was, or would be, applied");
  verb.app.add_flag("--adopt-only", options.up.adopt_only,
                    "never make the chat backend's tables: it must have made them");
  verb.app.add_flag("--into-existing", options.up.into_existing,
                    "also into a database that holds tables of something else");
  verb.app
      .add_option("--file-mode", options.file_mode,
                  "mode of the database file if it is made (0600)")
      ->type_name("MODE");
  add_wait(verb.app, options);
  add_backup(verb.app, options);
}

}  // namespace

void build_migrate(Noun& noun) {
  build_up(noun);

  auto& status_verb =
      noun.verb<StatusOptions>("status", "list migrations and how they stand", status);
  status_verb.app.add_flag("--exit-code", status_verb.options.exit_code,
                           "exit 2 when migrations are pending, 78 when they do not fit");
  add_wait(status_verb.app, status_verb.options);

  auto& verify_verb = noun.verb<VerifyOptions>(
      "verify", "compare the tables with what the migrations make", verify);
  add_wait(verify_verb.app, verify_verb.options);

  auto& adopt_verb = noun.verb<AdoptOptions>(
      "adopt", "add llmctl's tables to a database that the chat backend made", adopt);
  adopt_verb.app.add_flag("--dry-run", adopt_verb.options.dry_run,
                          "compare every column of the backend's tables, and change nothing");
  add_wait(adopt_verb.app, adopt_verb.options);
  add_backup(adopt_verb.app, adopt_verb.options);

  noun.verb<SqlOptions>("sql", "print the migrations' SQL", sql);
}

}  // namespace llmctl::cli
