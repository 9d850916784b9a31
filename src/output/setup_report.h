#pragma once

#include <vector>

#include "admin/doctor.h"
#include "migration/migrate.h"
#include "output/report.h"
#include "seeding/plan.h"

/// Reports of what sets a whole database up and checks it: init, doctor.
namespace llmctl::output {

Report init_report(const migration::UpResult& migrated, const seeding::SeedPlan& seeded);
Report doctor_report(const std::vector<admin::Finding>& findings);

}  // namespace llmctl::output
