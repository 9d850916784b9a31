#include "output/seed_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "output/difference.h"

namespace llmctl::output {
namespace {

using seeding::Action;
using seeding::Change;
using seeding::FieldChange;
using seeding::SeedPlan;

nlohmann::ordered_json json_or_null(const std::optional<std::string>& json) {
  return json ? nlohmann::ordered_json::parse(*json) : nlohmann::ordered_json();
}

JsonText fields_json(const Change& change) {
  nlohmann::ordered_json fields = nlohmann::ordered_json::array();
  for (const FieldChange& field : change.fields) {
    fields.push_back({{"name", field.name},
                      {"applied", json_or_null(field.applied)},
                      {"live", json_or_null(field.live)},
                      {"desired", json_or_null(field.desired)},
                      {"kept", field.kept}});
  }
  return {fields.dump()};
}

/// "name, configuration (kept)"
std::string field_names(const Change& change) {
  std::string names;
  for (const FieldChange& field : change.fields) {
    if (!names.empty()) names += ", ";
    names += field.name;
    if (field.kept && change.action == Action::update) names += " (kept)";
  }
  return names;
}

/// A value for one line.
std::string excerpt(const std::optional<std::string>& json) {
  constexpr std::size_t longest = 50;
  if (!json) return "nothing";
  const std::string_view shown = first_code_points(*json, longest);
  return std::string(shown) + (shown.size() < json->size() ? "…" : "");
}

std::string field_lines(const FieldChange& field, const Change& change) {
  if (change.action == Action::create)
    return fmt::format("    {}: {}\n", field.name, excerpt(field.desired));
  const std::string name = fmt::format("{}{}", field.name, field.kept ? " (kept)" : "");
  std::string lines;
  for (const std::string& line :
       describe_difference(name, {field.live.value_or("null")}, {field.desired.value_or("null")}))
    lines += fmt::format("    {}\n", line);
  return lines;
}

std::string change_line(const Change& change, bool with_values) {
  std::string line = fmt::format("{} {} {}", action_name(change.action), change.kind, change.id);
  if (!with_values && change.action != Action::create && !change.fields.empty())
    line += ": " + field_names(change);
  if (!change.reason.empty()) line += fmt::format(" ({})", change.reason);
  line += '\n';
  if (!with_values) return line;
  for (const FieldChange& field : change.fields) line += field_lines(field, change);
  return line;
}

/// What somebody who reads the counts would ask next.
std::vector<std::string> advice(const SeedPlan& plan) {
  std::vector<std::string> lines;
  if (plan.count(Action::drifted) > 0)
    lines.emplace_back(
        "drifted: changed in the database while the files stood still, and kept\n"
        "--on-drift overwrite brings the files' values back");
  if (plan.count(Action::unowned) > 0)
    lines.emplace_back("unowned: the backend's own, left as it is; --take-over writes it");
  if (plan.prunable > 0) {
    lines.push_back(fmt::format(
        "no longer in the files: {}; --prune deletes what nothing refers to", plan.prunable));
  }
  return lines;
}

Report changes_report(const SeedPlan& plan, bool with_values, bool rows) {
  Report report;
  report.name = "changes";
  report.columns = {{"action"}, {"kind"}, {"id"}, {"fields"}, {"reason"}};
  std::string text;
  for (const Change& change : plan.changes) {
    if (rows) {
      report.rows.push_back({std::string(action_name(change.action)), std::string(change.kind),
                             change.id, fields_json(change), change.reason});
    }
    if (change.action != Action::unchanged) text += change_line(change, with_values);
  }
  report.text = text + (with_values ? "would be: " : "") + counts_text(plan);
  for (const std::string& line : advice(plan)) *report.text += '\n' + line;
  return report;
}

}  // namespace

std::string counts_text(const SeedPlan& plan) {
  std::string text = fmt::format("{} created, {} updated, {} unchanged", plan.count(Action::create),
                                 plan.count(Action::update), plan.count(Action::unchanged));
  const auto add = [&](Action action, std::string_view what) {
    if (plan.count(action) > 0) text += fmt::format(", {} {}", plan.count(action), what);
  };
  add(Action::drifted, "drifted");
  add(Action::unowned, "unowned");
  add(Action::prune, "pruned");
  add(Action::protect, "protected");
  return text;
}

Report seed_report(const SeedPlan& plan, bool rows) { return changes_report(plan, false, rows); }
Report plan_report(const SeedPlan& plan, bool rows) { return changes_report(plan, true, rows); }

Report validate_report(const seeding::SeedCounts& counts) {
  Report report;
  report.name = "valid";
  report.single = true;
  report.columns = {{"llm_providers"}, {"agents"}, {"tools"}, {"conversations"}};
  report.rows = {{counts.llm_providers, counts.agents, counts.tools, counts.conversations}};
  report.text =
      fmt::format("valid; providers: {}, agents: {}, tools: {}, conversations: {}",
                  counts.llm_providers, counts.agents, counts.tools, counts.conversations);
  return report;
}

Report schema_report(const std::string& schema) {
  Report report;
  report.document = schema;
  return report;
}

}  // namespace llmctl::output
