#pragma once

#include "output/report.h"
#include "seeding/plan.h"
#include "seeding/seed_set.h"

namespace llmctl::output {

/// What apply did: one line per object that is not unchanged. Without `rows`, which take memory
/// where there are many, it is for text only.
Report seed_report(const seeding::SeedPlan& plan, bool rows = true);
/// What it would do, field by field.
Report plan_report(const seeding::SeedPlan& plan, bool rows = true);
Report validate_report(const seeding::SeedCounts& counts);

/// The JSON Schema itself, in every format.
Report schema_report(const std::string& schema);

/// "8 created, 0 updated, 0 unchanged", and what else there was.
std::string counts_text(const seeding::SeedPlan& plan);

}  // namespace llmctl::output
