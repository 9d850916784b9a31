#include "output/history_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "output/difference.h"
#include "output/sanitize.h"

namespace llmctl::output {
namespace {

using admin::Event;
using admin::FieldChange;
using admin::HistoryEntry;

Cell changes_cell(const std::vector<FieldChange>& changes) {
  nlohmann::json list = nlohmann::json::array();
  for (const FieldChange& change : changes) {
    list.push_back({{"field", change.field},
                    {"before", nlohmann::json::parse(change.before.text)},
                    {"after", nlohmann::json::parse(change.after.text)}});
  }
  return JsonText{list.dump()};
}

std::string changes_text(const std::vector<FieldChange>& changes) {
  std::string text;
  for (const FieldChange& change : changes) {
    for (const std::string& line : describe_difference(change.field, change.before, change.after))
      text += fmt::format("  {}\n", line);
  }
  return text;
}

/// "revision 3, 2026-10-01 12:00:00, ada: disabled"
std::string heading(const HistoryEntry& entry) {
  std::string text = entry.number ? fmt::format("revision {}", *entry.number) : "not recorded yet";
  if (entry.recorded_at) {
    std::string time = to_rfc3339(*entry.recorded_at).substr(0, 19);
    time[10] = ' ';
    text += ", " + time;
  }
  if (entry.actor) text += ", " + sanitize(*entry.actor, false);
  const std::string reason = sanitize(entry.reason.value_or(""), false);
  return reason.empty() ? text : text + ": " + reason;
}

std::string entry_text(const HistoryEntry& entry, const admin::History& history) {
  const std::string text = heading(entry) + "\n";
  switch (entry.event) {
    case Event::first_seen: return text + "  first seen\n";
    case Event::created: return text + "  created\n";
    case Event::changed: return text + changes_text(entry.changes);
    case Event::deleted: break;
  }
  if (entry.number) return text + "  deleted\n";
  return fmt::format("{}  the {} does not exist any more\n", text, history.noun);
}

}  // namespace

Report history_report(const admin::History& history) {
  Report report;
  report.name = "history";
  report.columns = {{"number", "REVISION", false, true},
                    {"event", "EVENT"},
                    {"recorded_at", "TIME"},
                    {"actor", "ACTOR"},
                    {"reason", "REASON", true},
                    {"changes"}};
  report.empty_text = "no revisions yet";
  report.cursor = history.next_cursor;
  std::string text;
  for (const HistoryEntry& entry : history.entries) {
    report.rows.push_back({cell(entry.number), std::string(event_name(entry.event)),
                           cell(entry.recorded_at), cell(entry.actor), cell(entry.reason),
                           changes_cell(entry.changes)});
    text += entry_text(entry, history);
  }
  if (!report.rows.empty()) report.text = text;
  return report;
}

Report edit_report(const admin::EditResult& result) {
  Report report;
  report.name = result.noun;
  report.single = true;
  report.columns = {{"id"}, {"changed"}, {"revision"}, {"changes"}};
  report.rows = {{result.id, result.changed, cell(result.revision), changes_cell(result.changes)}};
  const std::string target = fmt::format("{} '{}'", result.noun, sanitize(result.id, false));
  report.text = result.changed
                    ? fmt::format("{} {}\n{}", result.dry_run ? "would change" : "changed", target,
                                  changes_text(result.changes))
                    : fmt::format("nothing to do: {} is so already", target);
  return report;
}

Report revert_report(const admin::RevertResult& result) {
  Report report;
  report.name = result.noun;
  report.single = true;
  report.columns = {{"id"}, {"reverted_to"}, {"changed"}, {"created"}, {"revision"}, {"changes"}};
  report.rows = {{result.id, result.reverted_to, result.changed, result.created,
                  cell(result.revision), changes_cell(result.changes)}};
  const std::string target = fmt::format("{} '{}'", result.noun, sanitize(result.id, false));
  if (!result.changed) {
    report.text = fmt::format("nothing to do: {} is as in revision {}", target, result.reverted_to);
  } else if (result.created) {
    report.text = fmt::format("{} {} again, as in revision {}",
                              result.dry_run ? "would make" : "made", target, result.reverted_to);
  } else {
    report.text =
        fmt::format("{} {} to revision {}\n{}", result.dry_run ? "would revert" : "reverted",
                    target, result.reverted_to, changes_text(result.changes));
  }
  return report;
}

}  // namespace llmctl::output
