#include "seeding/plan_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "seeding/document.h"
#include "storage/staging.h"

namespace llmctl::seeding {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view format_name = "plan/1";
constexpr std::array<std::string_view, 3> drift_names{"keep", "overwrite", "fail"};

/// The fields that are written as the file named them.
template <class Record>
model::FieldBits named_fields(const storage::Staged<Record>& object) {
  return object.named;
}
/// A conversation's time may follow from the file's base_time.
model::FieldBits named_fields(const storage::Staged<model::ConversationFixture>& object) {
  const auto time = model::bit_of<model::ConversationFixture>("at");
  return object.record.at.empty() ? object.named & ~time : object.named;
}

/// Each object goes to the text of the file that named it first.
template <class Record>
void append_objects(std::vector<std::string>& texts, const SeedSet& set) {
  storage::visit_staged<Record>(*set.staging, [&](const storage::Staged<Record>& object) {
    texts.at(static_cast<std::size_t>(object.first.file)) +=
        json_line(object.record, named_fields(object));
    return true;
  });
}

Error no_plan(const std::string& name, std::string_view why) {
  return {ErrorKind::invalid_data, fmt::format("'{}' is no plan: {}", name, why),
          "llmctl seed plan --out FILE writes one"};
}

PlanFile read_header(const std::string& name, std::string_view line) {
  const auto header = nlohmann::json::parse(line, nullptr, false);
  if (!header.is_object() || header.value("llmctl", "") != format_name)
    throw no_plan(name, fmt::format("its first line is no header of the format {}", format_name));
  try {
    PlanFile file;
    file.digest = header.at("digest").get<std::string>();
    file.options.prune = header.at("prune").get<bool>();
    file.options.take_over = header.at("take_over").get<bool>();
    file.options.refuse_unowned = header.at("refuse_unowned").get<bool>();
    const auto drift = header.at("on_drift").get<std::string>();
    const auto* const known = std::ranges::find(drift_names, drift);
    if (known == drift_names.end()) throw no_plan(name, "on_drift is unknown");
    file.options.on_drift = static_cast<OnDrift>(known - drift_names.begin());
    return file;
  } catch (const nlohmann::json::exception&) {
    throw no_plan(name, "its header is incomplete");
  }
}

}  // namespace

std::string plan_file_text(const SeedSet& set, const SeedPlan& plan, const PlanOptions& options) {
  const ordered_json header{
      {"llmctl", format_name},
      {"digest", plan.digest},
      {"on_drift", drift_names.at(static_cast<std::size_t>(options.on_drift))},
      {"prune", options.prune},
      {"take_over", options.take_over},
      {"refuse_unowned", options.refuse_unowned}};
  std::vector<std::string> texts;
  for (const SeedFile& file : set.files) {
    const ordered_json seed{
        {"llmctl", "seed/1"}, {"set", file.seed_set}, {"base_time", to_rfc3339(file.base_time)}};
    texts.push_back(seed.dump() + '\n');
  }
  append_objects<model::LlmProvider>(texts, set);
  append_objects<model::Agent>(texts, set);
  append_objects<model::Tool>(texts, set);
  append_objects<model::ConversationFixture>(texts, set);
  return fmt::format("{}\n{}", header.dump(), fmt::join(texts, ""));
}

PlanFile read_plan_file(const std::string& name, std::string_view text) {
  const std::size_t end_of_header = std::min(text.find('\n'), text.size());
  PlanFile file = read_header(name, text.substr(0, end_of_header));
  text.remove_prefix(std::min(end_of_header + 1, text.size()));
  constexpr std::string_view next_seed = "\n{\"llmctl\":";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(next_seed), text.size() - 1) + 1;
    file.sources.push_back({fmt::format("{} ({}).jsonl", name, file.sources.size() + 1),
                            std::string(text.substr(0, end)),
                            {},
                            {}});
    text.remove_prefix(end);
  }
  return file;
}

}  // namespace llmctl::seeding
