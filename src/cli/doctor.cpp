#include "admin/doctor.h"

#include <fmt/format.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"
#include "migration/migrate.h"
#include "output/setup_report.h"

namespace llmctl::cli {
namespace {

struct DoctorOptions {
  admin::DoctorOptions checks;
};

/// What keeps the database from being opened is a finding like any other.
std::vector<admin::Finding> examine(const DoctorOptions& options, Context& context) {
  std::vector<admin::Finding> findings{{"version", "ok", "llmctl " LLMCTL_VERSION, 0}};
  try {
    storage::Database& database = context.database(storage::Access::read_only);
    findings.push_back({"database", "ok", context.database_line(), 0});
    admin::DoctorOptions checks = options.checks;
    checks.schema_state = migration::state_name(migration::read_status(database).state);
    checks.file = context.location().path == ":memory:" ? "" : context.location().display;
    for (admin::Finding& finding : admin::examine(database, checks, context.clock().now())) {
      findings.push_back(std::move(finding));
    }
  } catch (const Error& problem) {
    const std::string hint = problem.hint.empty() ? "" : fmt::format(" ({})", problem.hint);
    findings.push_back({"database", "error", problem.what() + hint, exit_code(problem.kind)});
  }
  return findings;
}

void doctor(const DoctorOptions& options, Context& context) {
  const std::vector<admin::Finding> findings = examine(options, context);
  context.print(output::doctor_report(findings));
  context.set_exit_code(admin::worst_exit_code(findings));
}

}  // namespace

void build_doctor(Noun& noun) {
  auto& verb = noun.alone<DoctorOptions>(doctor);
  verb.app.add_flag("--deep", verb.options.checks.deep, "also read the whole file for damage");
  add_duration(verb.app, "--max-pending-age", verb.options.checks.max_pending_age,
               "exit 2 when a message waits longer than this");
}

}  // namespace llmctl::cli
