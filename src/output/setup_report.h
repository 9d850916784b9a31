#pragma once

#include <vector>

#include "admin/doctor.h"
#include "migration/migrate.h"
#include "output/report.h"
#include "seeding/plan.h"

/// Reports of what sets a database up and checks it: migrate, init, doctor.
namespace llmctl::output {

Report status_report(const migration::Status& status);
Report up_report(const migration::UpResult& result);
Report scripts_report(const std::vector<migration::Script>& scripts);

Report init_report(const migration::UpResult& migrated, const seeding::SeedPlan& seeded);

Report doctor_report(const std::vector<admin::Finding>& findings);

}  // namespace llmctl::output
