#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "seeding/plan.h"

/// A plan that was agreed to, to be applied later: JSON Lines, a header and then the merged objects
/// as seed files with everything expanded and included. Nothing else is needed to apply it.
namespace llmctl::seeding {

std::string plan_file_text(const SeedSet& set, const SeedPlan& plan, const PlanOptions& options);

struct PlanFile {
  std::vector<SeedSource> sources;
  PlanOptions options;
  std::string digest;
};

/// Throws Error(invalid_data) for what is no plan file.
PlanFile read_plan_file(const std::string& name, std::string_view text);

}  // namespace llmctl::seeding
