#include "seeding/prune.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "model/field_values.h"
#include "seeding/fixture.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "storage/staging.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::LlmProvider;
using model::Tool;

bool exists(storage::Database& database, std::string_view kind, const std::string& id) {
  if (kind == model::kind_of<LlmProvider>)
    return storage::find<LlmProvider>(database, id).has_value();
  if (kind == model::kind_of<Agent>) return storage::find<Agent>(database, id).has_value();
  if (kind == model::kind_of<Tool>) return storage::find<Tool>(database, id).has_value();
  return storage::find_conversation(database, *parse_uuid(id)).has_value();
}

/// Whether a field that the set last applied has another value now; `ignored` is not looked at.
template <class Record>
bool has_drifted(const Record& live, const storage::SeedObject& applied,
                 std::string_view ignored = {}) {
  const auto values = nlohmann::json::parse(applied.applied.text, nullptr, false);
  if (!values.is_object()) return true;
  for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
    const std::string_view name = model::field_name<Record>(i);
    const auto value = values.find(name);
    if (name == ignored || value == values.end()) continue;
    if (canonical_json(*value) != model::field_text(live, i)) return true;
  }
  return false;
}

Pruned kept(const SetObject& object, Action action, std::string reason) {
  return {{object.kind, object.id, action, {}, std::move(reason)}, {}};
}

Pruned kept_as_drifted(const SetObject& object) {
  return kept(object, Action::drifted, "no longer in the files, but changed in the database");
}

}  // namespace

PruneList list_unnamed(storage::Database& database, const SeedSet& set) {
  PruneList list;
  // What refers comes before what is referred to.
  for (const auto kind : {model::kind_of<ConversationFixture>, model::kind_of<Agent>,
                          model::kind_of<Tool>, model::kind_of<LlmProvider>}) {
    for (const std::string& seed_set : set.names) {
      for (auto& [id, created] : storage::objects_of_set(database, seed_set, kind)) {
        if (storage::is_staged(*set.staging, kind, id)) continue;
        auto& where = created && exists(database, kind, id) ? list.candidates : list.released;
        where.push_back({kind, std::move(id), seed_set});
      }
    }
  }
  return list;
}

Pruner::Pruner(storage::Database& database, OnDrift on_drift, const storage::Change& change)
    : database_(database),
      on_drift_(on_drift),
      change_(change),
      referrers_(database),
      seed_sets_(storage::seed_sets(database)) {}

Pruned Pruner::prune(const SetObject& object) {
  const auto applied =
      *storage::find_seed_object(database_, object.seed_set, object.kind, object.id);
  if (object.kind == model::kind_of<LlmProvider>) return prune_row<LlmProvider>(object, applied);
  if (object.kind == model::kind_of<Agent>) return prune_row<Agent>(object, applied);
  if (object.kind == model::kind_of<Tool>) return prune_row<Tool>(object, applied);
  return prune_conversation(object, applied);
}

/// Why it must stay; empty when it may go.
std::string Pruner::protection(const SetObject& object) {
  std::vector<std::string> referrers = referrers_.of(object.kind, object.id);
  for (const std::string& other : seed_sets_) {
    if (other != object.seed_set &&
        storage::find_seed_object(database_, other, object.kind, object.id))
      referrers.push_back(fmt::format("seed set '{}'", other));
  }
  if (referrers.empty()) return {};
  return fmt::format("referred to by {}", fmt::join(referrers, ", "));
}

Pruned Pruner::remove(const SetObject& object, std::string state) {
  storage::record_removal(database_, object.kind, object.id, change_);
  storage::forget_seed_object(database_, object.seed_set, object.kind, object.id);
  return {{object.kind, object.id, Action::prune, {}, {}}, std::move(state)};
}

template <class Record>
Pruned Pruner::prune_row(const SetObject& object, const storage::SeedObject& applied) {
  const Record row = *storage::find<Record>(database_, object.id);
  std::string protecting = protection(object);
  if (protecting.empty() && row.created_at > applied.applied_at)
    protecting = "somebody deleted it and made it anew";
  if (!protecting.empty()) return kept(object, Action::protect, std::move(protecting));
  if (on_drift_ != OnDrift::overwrite && has_drifted(row, applied)) return kept_as_drifted(object);
  storage::record_found(database_, row, change_.at);
  storage::remove(database_, row);
  return remove(object, model::fields_text(row, model::all_fields<Record>));
}

Pruned Pruner::prune_conversation(const SetObject& object, const storage::SeedObject& applied) {
  const Uuid id = *parse_uuid(object.id);
  const ConversationFixture whole =
      fixture_of(database_, *storage::find_conversation(database_, id));
  std::string protecting = protection(object);
  // Whatever the flags say: a message that the set did not write is nobody's to prune.
  if (protecting.empty()) protecting = foreign_messages(whole, applied.applied);
  if (!protecting.empty()) return kept(object, Action::protect, std::move(protecting));
  if (on_drift_ != OnDrift::overwrite && has_drifted(whole, applied, "messages"))
    return kept_as_drifted(object);
  record_conversation(database_, id, change_);
  storage::remove_conversation(database_, id);
  return remove(object, model::fields_text(whole, model::all_fields<ConversationFixture>));
}

}  // namespace llmctl::seeding
