#include "output/setup_report.h"

#include <fmt/format.h>

#include "output/seed_report.h"

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
