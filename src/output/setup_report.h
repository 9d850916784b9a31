#pragma once

#include <vector>

#include "admin/doctor.h"
#include "migration/migrate.h"
#include "output/report.h"
#include "seeding/seeding.h"

/// Reports of what fills a database and checks it: seed, init, doctor.
namespace llmctl::output {

Report seed_report(const seeding::SeedPlan& plan, bool dry_run);
Report validate_report(const seeding::SeedCounts& counts);
Report init_report(const migration::UpResult& migrated, const seeding::ApplyResult& seeded);

Report doctor_report(const std::vector<admin::Finding>& findings);

}  // namespace llmctl::output
