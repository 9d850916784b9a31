#include "output/setup_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace llmctl::output {
namespace {

std::vector<std::vector<Cell>> entry_rows(const std::vector<migration::Entry>& entries) {
  std::vector<std::vector<Cell>> rows;
  for (const migration::Entry& entry : entries) {
    rows.push_back(
        {entry.version, entry.name, entry.state, cell(entry.applied_at), cell(entry.tool_version)});
  }
  return rows;
}

std::vector<Column> entry_columns() {
  return {{"version", "VERSION", false, true},
          {"name", "NAME"},
          {"state", "STATE"},
          {"applied_at", "APPLIED"},
          {"tool_version", "BY LLMCTL"}};
}

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

Report status_report(const migration::Status& status) {
  Report report;
  report.name = "migrations";
  report.columns = entry_columns();
  report.rows = entry_rows(status.entries);
  report.columns.push_back({"database_state"});
  for (auto& row : report.rows) row.emplace_back(std::string(state_name(status.state)));
  report.text_notes = {fmt::format("the database is {}", state_name(status.state))};
  return report;
}

Report up_report(const migration::UpResult& result) {
  Report report;
  report.name = "applied";
  report.columns = entry_columns();
  report.rows = entry_rows(result.applied);
  std::string text;
  for (const migration::Entry& entry : result.applied) {
    text += fmt::format("{} {}\n", result.dry_run ? "would apply" : "applied", entry.name);
  }
  report.text = text.empty() ? "nothing to do: every migration is applied" : text;
  return report;
}

Report scripts_report(const std::vector<migration::Script>& scripts) {
  Report report;
  report.name = "scripts";
  report.columns = {{"name"}, {"sha256"}, {"sql"}};
  std::string text;
  for (const migration::Script& script : scripts) {
    report.rows.push_back({script.name, script.sha256, script.sql});
    text += fmt::format("-- {}\n{}\n", script.name, script.sql);
  }
  report.text = text;
  return report;
}

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
