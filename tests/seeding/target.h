#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "seeding/plan.h"
#include "storage/catalog.h"
#include "tests/support/database.h"

namespace llmctl::seeding {

inline const Timestamp now = *parse_rfc3339("2026-10-01T12:00:00Z");

inline SeedSet seeds(const std::string& body, const std::string& set = "demo") {
  return load({{"f.yaml", fmt::format("llmctl: seed/1\nset: {}\n{}", set, body), {}, {}}});
}

/// A migrated database.
struct Target {
  test::TemporaryDirectory directory;
  std::unique_ptr<storage::Database> database = test::migrated_database(directory);

  SeedPlan apply(const SeedSet& set, const PlanOptions& options = {}) {
    return seeding::apply(*database, set, {options, now, "ada"});
  }
  SeedPlan apply(const std::string& body, const PlanOptions& options = {}) {
    return apply(seeds(body), options);
  }
  model::LlmProvider llm(const std::string& id = "a") {
    return *storage::find<model::LlmProvider>(*database, id);
  }
  bool has(const std::string& id) {
    return storage::find<model::LlmProvider>(*database, id).has_value();
  }
  void adopt() {
    database->execute(
        "INSERT INTO llmctl_migrations (version, name, sha256, applied_at, duration_us, "
        "tool_version, applied_by) VALUES (1, 'x', '', ?1, 0, '', 'adopted')",
        {now});
  }
};

inline PlanOptions on_drift(OnDrift choice) {
  PlanOptions options;
  options.on_drift = choice;
  return options;
}

inline PlanOptions pruning(OnDrift choice = OnDrift::keep) {
  PlanOptions options = on_drift(choice);
  options.prune = true;
  return options;
}

}  // namespace llmctl::seeding
