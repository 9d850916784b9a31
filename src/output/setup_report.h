#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/doctor.h"
#include "admin/template_cache.h"
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
/// `from_template`: "hit", "built", or nothing where no template cache was asked for.
Report init_report(const admin::TemplateFacts& facts,
                   const std::optional<std::string>& from_template);

Report doctor_report(const std::vector<admin::Finding>& findings);

}  // namespace llmctl::output
