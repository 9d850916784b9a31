#include "output/setup_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace llmctl::output {
namespace {

std::string counts_text(const seeding::SeedPlan& plan, bool dry_run) {
  return fmt::format("{}{} created, {} updated, {} unchanged", dry_run ? "would be: " : "",
                     plan.created, plan.updated, plan.unchanged);
}

/// "name, configuration": which fields of an update differ.
std::string field_names(const seeding::Change& change) {
  if (change.action != seeding::Action::update) return {};
  std::vector<std::string> names;
  for (const auto& field : change.fields) names.push_back(field.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Report seed_report(const seeding::SeedPlan& plan, bool dry_run) {
  Report report;
  report.name = "changes";
  report.columns = {{"action"}, {"kind"}, {"id"}, {"fields"}};
  std::string text;
  for (const seeding::Change& change : plan.changes) {
    const std::string action(action_name(change.action));
    const std::string fields = field_names(change);
    report.rows.push_back({action, change.kind, change.id, fields});
    if (change.action == seeding::Action::unchanged) continue;
    text += fmt::format("{} {} {}{}\n", action, change.kind, change.id,
                        fields.empty() ? "" : ": " + fields);
  }
  report.text = text + counts_text(plan, dry_run);
  return report;
}

Report validate_report(const seeding::SeedCounts& counts) {
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  Report report;
  report.name = "valid";
  report.single = true;
  report.columns = {{"llm_providers"}, {"agents"}, {"tools"}};
  report.rows = {{number(counts.llm_providers), number(counts.agents), number(counts.tools)}};
  report.text = fmt::format("valid; providers: {}, agents: {}, tools: {}", counts.llm_providers,
                            counts.agents, counts.tools);
  return report;
}

Report init_report(const migration::UpResult& migrated, const seeding::ApplyResult& seeded) {
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  Report report;
  report.name = "init";
  report.single = true;
  report.columns = {{"migrations_applied"}, {"created"}, {"updated"}, {"unchanged"}};
  report.rows = {{number(migrated.applied.size()), number(seeded.created), number(seeded.updated),
                  number(seeded.unchanged)}};
  report.text = fmt::format("migrations: {} applied\nseeds: {}", migrated.applied.size(),
                            counts_text(seeded, false));
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
