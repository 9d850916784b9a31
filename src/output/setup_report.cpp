#include "output/setup_report.h"

#include <fmt/format.h>

#include "output/seed_report.h"

namespace llmctl::output {

Report init_report(const migration::UpResult& migrated, const seeding::SeedPlan& seeded) {
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  Report report;
  report.name = "init";
  report.single = true;
  report.columns = {{"migrations_applied"}, {"created"}, {"updated"}, {"unchanged"}};
  report.rows = {{number(migrated.applied.size()), number(seeded.count(seeding::Action::create)),
                  number(seeded.count(seeding::Action::update)),
                  number(seeded.count(seeding::Action::unchanged))}};
  report.text = fmt::format("migrations: {} applied\nseeds: {}", migrated.applied.size(),
                            counts_text(seeded));
  return report;
}

Report doctor_report(const std::vector<admin::Finding>& findings) {
  Report report;
  report.name = "findings";
  report.columns = {{"state", "STATE"}, {"check", "CHECK"}, {"message", "MESSAGE"}};
  for (const admin::Finding& finding : findings)
    report.rows.push_back({finding.state, finding.check, finding.message});
  return report;
}

}  // namespace llmctl::output
