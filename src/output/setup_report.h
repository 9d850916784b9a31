#pragma once

#include <vector>

#include "admin/doctor.h"
#include "migration/migrate.h"
#include "output/report.h"
#include "seeding/seeding.h"

/// Reports of what sets a database up and checks it: migrate, seed, init, doctor.
namespace llmctl::output {

Report status_report(const migration::Status& status);
Report up_report(const migration::UpResult& result);
Report scripts_report(const std::vector<migration::Script>& scripts);

Report seed_report(const seeding::SeedPlan& plan, bool dry_run);
Report validate_report(const seeding::SeedCounts& counts);
/// The schema itself, in every format.
Report schema_report(const std::string& schema);
Report init_report(const migration::UpResult& migrated, const seeding::ApplyResult& seeded);

Report doctor_report(const std::vector<admin::Finding>& findings);

}  // namespace llmctl::output
