#include "seeding/seeding.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/snapshot.h"
#include "seeding/checks.h"
#include "seeding/secrets.h"
#include "storage/catalog.h"
#include "storage/revisions.h"
#include "storage/seed_objects.h"
#include "yaml/problems.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;

/// One object of the set against its row.
template <class Record>
struct Step {
  std::optional<Record> before;
  Record after;
  Action action = Action::unchanged;
  std::optional<storage::SeedObject> ownership;  ///< to be saved; nothing when it is saved already
};

/// A plan together with what carrying it out needs.
struct Steps {
  std::vector<Step<LlmProvider>> llm_providers;
  std::vector<Step<Tool>> tools;
  std::vector<Step<Agent>> agents;
  SeedPlan plan;
};

template <class Record>
void apply_relations(Record&, const SeedObject<Record>&) {}
template <>
void apply_relations(Agent& agent, const SeedObject<Agent>& wanted) {
  if (wanted.named.contains("allowed_llms")) agent.allowed_llms = wanted.record.allowed_llms;
  if (wanted.named.contains("tools")) agent.tools = wanted.record.tools;
}

/// The row as the set wants it.
template <class Record>
Record wanted_record(const std::optional<Record>& before, const SeedObject<Record>& wanted) {
  Record after = before.value_or(Record{});
  after.id = wanted.record.id;
  for (const auto& field : model::fields<Record>) {
    // An equal JSON value keeps the spelling that it has in the database.
    if (!wanted.named.contains(field.name) || model::same_value(after, wanted.record, field))
      continue;
    std::visit([&](auto member) { after.*member = wanted.record.*member; }, field.member);
  }
  apply_relations(after, wanted);
  return after;
}

/// The fields that the files name, as JSON by name.
nlohmann::json named_fields(const nlohmann::json& snapshot,
                            const std::map<std::string, Place, std::less<>>& named) {
  nlohmann::json fields = nlohmann::json::object();
  for (const auto& [name, place] : named) fields[name] = snapshot.at(name);
  return fields;
}

std::string shown(const nlohmann::json& snapshot, const std::string& name) {
  return canonical_json(mask_secrets(snapshot.at(name)));
}

template <class Record>
Change describe(const Step<Record>& step, const SeedObject<Record>& wanted) {
  Change change{std::string(model::kind_of<Record>), step.after.id, step.action, {}};
  const nlohmann::json after = model::snapshot(step.after);
  const nlohmann::json before = step.before ? model::snapshot(*step.before) : nlohmann::json();
  for (const auto& [name, place] : wanted.named) {
    if (!step.before) {
      change.fields.push_back({name, std::nullopt, shown(after, name)});
    } else if (canonical_json(before.at(name)) != canonical_json(after.at(name))) {
      change.fields.push_back({name, shown(before, name), shown(after, name)});
    }
  }
  return change;
}

template <class Record>
Step<Record> plan_object(storage::Database& database, const SeedObject<Record>& wanted) {
  Step<Record> step;
  step.before = storage::find<Record>(database, wanted.record.id);
  step.after = wanted_record(step.before, wanted);
  if (!step.before) {
    step.action = Action::create;
  } else if (storage::differs(*step.before, step.after)) {
    step.action = Action::update;
  }
  storage::SeedObject ownership{
      wanted.seed_set, std::string(model::kind_of<Record>), wanted.record.id, !step.before, {}, {}};
  ownership.applied.text = canonical_json(named_fields(model::snapshot(step.after), wanted.named));
  const auto saved =
      storage::find_seed_object(database, ownership.seed_set, ownership.kind, ownership.object_id);
  if (!saved || saved->applied.text != ownership.applied.text) {
    step.ownership = std::move(ownership);
  }
  return step;
}

template <class Record>
void plan_kind(storage::Database& database, const std::vector<SeedObject<Record>>& objects,
               std::vector<Step<Record>>& steps, SeedPlan& plan) {
  for (const auto& object : objects) {
    Step<Record> step = plan_object(database, object);
    plan.changes.push_back(describe(step, object));
    plan.created += step.action == Action::create ? 1 : 0;
    plan.updated += step.action == Action::update ? 1 : 0;
    plan.unchanged += step.action == Action::unchanged ? 1 : 0;
    plan.writes |= step.action != Action::unchanged || step.ownership.has_value();
    steps.push_back(std::move(step));
  }
}

Steps plan_steps(storage::Database& database, const SeedSet& set) {
  yaml::throw_if_any(find_problems(set, known_in(database)));
  Steps steps;
  steps.plan.seed_sets = set.names;
  plan_kind(database, set.llm_providers, steps.llm_providers, steps.plan);
  plan_kind(database, set.tools, steps.tools, steps.plan);
  plan_kind(database, set.agents, steps.agents, steps.plan);
  return steps;
}

/// Whether the rows still are as they were when the steps were planned.
template <class Record>
bool still_holds(storage::Database& database, const std::vector<Step<Record>>& steps) {
  return std::ranges::all_of(steps, [&](const Step<Record>& step) {
    const auto row = storage::find<Record>(database, step.after.id);
    return row.has_value() == step.before.has_value() &&
           (!row || !storage::differs(*row, *step.before));
  });
}

bool still_holds(storage::Database& database, const Steps& steps) {
  return still_holds(database, steps.llm_providers) && still_holds(database, steps.tools) &&
         still_holds(database, steps.agents);
}

template <class Record>
void write(storage::Database& database, Step<Record>& step, const storage::Change& change) {
  if (step.action != Action::unchanged) {
    step.after.updated_at = change.at;
    if (step.before) {
      storage::record_found(database, *step.before, change.at);
      storage::update(database, *step.before, step.after);
    } else {
      step.after.created_at = change.at;
      storage::insert(database, step.after);
    }
    storage::record_change(database, step.after, change);
  }
  if (step.ownership) {
    step.ownership->applied_at = change.at;
    storage::save_seed_object(database, *step.ownership);
  }
}

}  // namespace

std::string_view action_name(Action action) {
  switch (action) {
    case Action::create: return "create";
    case Action::update: return "update";
    case Action::unchanged: return "unchanged";
  }
  return "unchanged";
}

SeedPlan make_plan(storage::Database& database, const SeedSet& set) {
  return plan_steps(database, set).plan;
}

ApplyResult apply(storage::Database& database, const SeedSet& set, const ApplyOptions& options) {
  Steps steps = plan_steps(database, set);
  if (!steps.plan.writes) return std::move(steps.plan);
  storage::Transaction transaction(database);
  // Planning takes longer than looking; the lock is held for as little as can be.
  if (!still_holds(database, steps)) steps = plan_steps(database, set);
  const std::string reason = fmt::format("seed {}", fmt::join(set.names, ", "));
  const storage::Change change{options.now, options.actor, reason};
  for (auto& step : steps.llm_providers) write(database, step, change);
  for (auto& step : steps.tools) write(database, step, change);
  for (auto& step : steps.agents) write(database, step, change);
  transaction.commit();
  return std::move(steps.plan);
}

}  // namespace llmctl::seeding
