#include "output/catalog_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/secrets.h"
#include "model/fields.h"

namespace llmctl::output {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;

/// Which columns a text list shows, under which heading; every other one is for the machine formats
/// and --columns.
struct Heading {
  std::string_view title;
  bool flexible = false;
};
constexpr std::array<std::pair<std::string_view, Heading>, 8> headings{{
    {"id", {"ID"}},
    {"name", {"NAME", true}},
    {"provider_type", {"TYPE"}},
    {"tool_type", {"TYPE"}},
    {"model_identifier", {"MODEL", true}},
    {"default_llm", {"LLM"}},
    {"is_active", {"ACTIVE"}},
    {"requires_auth", {"AUTH"}},
}};

Cell to_cell(const std::string& value) { return mask_known_key(value); }
Cell to_cell(bool value) { return value; }
Cell to_cell(std::int64_t value) { return value; }
Cell to_cell(const JsonText& value) { return mask_secrets(value); }
Cell to_cell(const std::optional<std::string>& value) { return cell(value); }
Cell to_cell(const std::optional<Decimal>& value) {
  return value ? Cell(to_string(*value)) : Cell();
}
Cell to_cell(const std::vector<std::string>& ids) { return JsonText{nlohmann::json(ids).dump()}; }

Column column_of(std::string_view key, bool single) {
  if (single) return {std::string(key), std::string(key)};
  const auto heading = std::ranges::find(headings, key, &decltype(headings)::value_type::first);
  if (heading == headings.end()) return {std::string(key)};
  return {std::string(key), std::string(heading->second.title), heading->second.flexible};
}

using NamedCells = std::vector<std::pair<std::string_view, Cell>>;

template <class Record>
void add_relations(NamedCells&, const Record&) {}
template <>
void add_relations(NamedCells& cells, const Agent& agent) {
  cells.emplace_back("allowed_llms", to_cell(agent.allowed_llms));
  cells.emplace_back("tools", to_cell(agent.tools));
}

template <class Record>
NamedCells cells_of(const Record& record) {
  NamedCells cells{{"id", record.id}};
  for (const auto& field : model::fields<Record>) {
    cells.emplace_back(
        field.name, std::visit([&](auto member) { return to_cell(record.*member); }, field.member));
  }
  add_relations(cells, record);
  cells.emplace_back("created_at", record.created_at);
  cells.emplace_back("updated_at", record.updated_at);
  return cells;
}

template <class Record>
Report report_of(const std::vector<Record>& records, bool single) {
  Report report;
  report.single = single;
  report.name = std::string(model::noun_of<Record>) + (single ? "" : "s");
  report.empty_text = fmt::format("no {}s", model::noun_of<Record>);
  for (const auto& [key, value] : cells_of(Record{}))
    report.columns.push_back(column_of(key, single));
  for (const Record& record : records) {
    std::vector<Cell>& row = report.rows.emplace_back();
    for (auto& [key, value] : cells_of(record)) row.push_back(std::move(value));
  }
  return report;
}

}  // namespace

template <class Record>
Report list_report(const std::vector<Record>& records) {
  return report_of(records, false);
}

template <class Record>
Report show_report(const Record& record) {
  return report_of(std::vector<Record>{record}, true);
}

Report change_report(const admin::ActiveChange& change) {
  Report report;
  report.name = change.kind;
  report.single = true;
  report.columns = {{"id"}, {"is_active"}, {"changed"}};
  report.rows = {{change.id, change.is_active, change.changed}};
  report.text = fmt::format("{} '{}' {} {}", change.kind, change.id,
                            change.changed ? "is now" : "was already",
                            change.is_active ? "active" : "inactive");
  return report;
}

template Report list_report(const std::vector<LlmProvider>&);
template Report list_report(const std::vector<Agent>&);
template Report list_report(const std::vector<Tool>&);
template Report show_report(const LlmProvider&);
template Report show_report(const Agent&);
template Report show_report(const Tool&);

}  // namespace llmctl::output
