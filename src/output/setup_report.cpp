#include "output/setup_report.h"

#include <fmt/format.h>

namespace llmctl::output {

Report init_report(const admin::TemplateFacts& facts,
                   const std::optional<std::string>& from_template) {
  Report report;
  report.name = "init";
  report.single = true;
  report.columns = {{"migrations_applied"}, {"created"}, {"updated"}, {"unchanged"}, {"template"}};
  report.rows = {{facts.migrations_applied, facts.created, facts.updated, facts.unchanged,
                  cell(from_template)}};
  report.text = fmt::format("migrations: {} applied\nseeds: {} created, {} updated, {} unchanged{}",
                            facts.migrations_applied, facts.created, facts.updated, facts.unchanged,
                            from_template ? "\ntemplate: " + *from_template : "");
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
