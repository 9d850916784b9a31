#include "output/migrate_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace llmctl::output {
namespace {

std::vector<std::vector<Cell>> entry_rows(const std::vector<migration::Entry>& entries) {
  std::vector<std::vector<Cell>> rows;
  rows.reserve(entries.size());
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

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// An empty text says that there is nothing.
Cell text_or_nothing(const std::string& text) { return text.empty() ? Cell() : Cell(text); }

/// What the state means for whoever has to go on.
std::string advice(const migration::Status& status) {
  using migration::State;
  switch (status.state) {
    case State::empty: return ": llmctl migrate makes the tables";
    case State::current: return "";
    case State::pending: return ": llmctl migrate applies what is pending";
    case State::adoptable:
      return ": the chat backend made it; llmctl migrate adds llmctl's own tables";
    case State::newer: return ": a newer llmctl migrated it";
    case State::edited: return ": a migration was applied with another text than this llmctl has";
    case State::missing: return ": a migration was applied that this llmctl does not have";
    case State::out_of_order: return ": a migration was left out";
    case State::drifted:
      return fmt::format(": {} from what the migrations made; llmctl migrate verify lists them",
                         counted(status.differences.size(), "difference"));
    case State::backend:
      return fmt::format(
          ": the chat backend made it, with {} from what llmctl knows; llmctl migrate adopt "
          "--dry-run compares every column",
          counted(status.differences.size(), "difference"));
    case State::foreign: return ": it holds tables of something else";
  }
  return "";
}

std::string_view verb_for(const migration::Entry& entry, bool dry_run) {
  if (!dry_run) return entry.state;
  return entry.state == "adoptable" ? "would adopt" : "would apply";
}

}  // namespace

Report status_report(const migration::Status& status) {
  Report report;
  report.name = "migrations";
  report.columns = entry_columns();
  report.rows = entry_rows(status.entries);
  report.columns.push_back({"database_state"});
  for (auto& row : report.rows) row.emplace_back(std::string(state_name(status.state)));
  report.text_notes = {
      fmt::format("the database is {}{}", state_name(status.state), advice(status))};
  return report;
}

Report up_report(const migration::UpResult& result) {
  Report report;
  report.name = "applied";
  report.columns = entry_columns();
  report.rows = entry_rows(result.applied);
  report.columns.push_back({"backup"});
  report.columns.push_back({"restore"});
  std::string text;
  for (auto& row : report.rows) {
    row.push_back(result.backup ? Cell(result.backup->file) : Cell());
    row.push_back(result.backup ? Cell(result.backup->restore) : Cell());
  }
  for (const migration::Entry& entry : result.applied)
    text += fmt::format("{} {}\n", verb_for(entry, result.dry_run), entry.name);
  if (result.backup) {
    text += fmt::format("backup: {}\nto restore it, stop what uses the database, then: {}\n",
                        result.backup->file, result.backup->restore);
  }
  report.text = text.empty() ? "nothing to do: every migration is applied" : text;
  return report;
}

Report verification_report(const migration::Verification& verification) {
  Report report;
  report.name = "differences";
  report.columns = {{"table", "TABLE"},           {"column", "COLUMN"},
                    {"difference", "DIFFERENCE"}, {"expected", "EXPECTED", true},
                    {"found", "FOUND", true},     {"state", "STATE"}};
  for (const migration::Difference& difference : verification.differences) {
    report.rows.push_back({difference.table, text_or_nothing(difference.column), difference.kind,
                           text_or_nothing(difference.expected), text_or_nothing(difference.found),
                           difference.is_drift ? "drift" : "note"});
  }
  const std::string tables = counted(verification.tables, "table");
  report.empty_text = fmt::format("no drift: {} as the migrations make them", tables);
  if (!verification.has_drifted && !report.rows.empty()) report.text_notes = {report.empty_text};
  const auto drifts =
      std::ranges::count(verification.differences, true, &migration::Difference::is_drift);
  if (verification.has_drifted) {
    report.text_notes = {fmt::format(
        "drifted: {} in {}", counted(static_cast<std::size_t>(drifts), "difference"), tables)};
  }
  return report;
}

Report adoption_report(const migration::AdoptionReview& review) {
  Report report;
  report.name = "columns";
  report.columns = {{"table", "TABLE"},
                    {"column", "COLUMN"},
                    {"expected", "EXPECTED"},
                    {"found", "FOUND"},
                    {"state", "STATE"}};
  for (const migration::ComparedColumn& column : review.columns)
    report.rows.push_back({column.table, text_or_nothing(column.column),
                           text_or_nothing(column.expected), text_or_nothing(column.found),
                           column.state});
  if (!review.differences.empty()) {
    report.text_notes = {
        fmt::format("not adoptable: {}", counted(review.differences.size(), "difference"))};
    for (const migration::Difference& difference : review.differences)
      report.text_notes.push_back("  " + to_string(difference));
  } else if (review.has_history) {
    report.text_notes = {"llmctl knows this database already: nothing to adopt"};
  } else {
    report.text_notes = {"adoptable: llmctl migrate adds its own tables and leaves these alone"};
  }
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

}  // namespace llmctl::output
