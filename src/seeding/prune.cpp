#include "seeding/prune.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "model/fields.h"
#include "seeding/fixture.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "storage/referrers.h"
#include "storage/seed_objects.h"
#include "storage/staging.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::LlmProvider;
using model::Tool;

/// The ids of the staged conversations, which are named by their keys there.
std::set<std::string> conversation_ids(const SeedSet& set) {
  std::set<std::string> ids;
  constexpr std::int64_t batch = 256;
  std::int64_t position = 0;
  while (true) {
    const auto objects = storage::staged_behind<ConversationFixture>(*set.staging, position, batch);
    if (objects.empty()) return ids;
    position = objects.back().position;
    for (const auto& object : objects) {
      ids.insert(
          fixture_id(set.files.at(static_cast<std::size_t>(object.first.file)), object.record.id));
    }
  }
}

template <class Record>
bool remove_row(storage::Database& database, const std::string& id, const storage::Change& change) {
  const auto row = storage::find<Record>(database, id);
  if (!row) return false;
  storage::record_found(database, *row, change.at);
  storage::remove(database, *row);
  storage::record_removal(database, model::kind_of<Record>, id, change);
  return true;
}

void remove_object(storage::Database& database, const SeedObjectId& object,
                   const storage::Change& change) {
  if (object.kind == model::kind_of<LlmProvider>) {
    remove_row<LlmProvider>(database, object.id, change);
  } else if (object.kind == model::kind_of<Agent>) {
    remove_row<Agent>(database, object.id, change);
  } else if (object.kind == model::kind_of<Tool>) {
    remove_row<Tool>(database, object.id, change);
  } else {
    storage::remove_conversation(database, *parse_uuid(object.id));
  }
  storage::forget_seed_object(database, object.kind, object.id);
}

}  // namespace

std::vector<SeedObjectId> prune_candidates(storage::Database& database, const SeedSet& set,
                                           const std::string& seed_set) {
  std::vector<SeedObjectId> candidates;
  // What refers comes before what is referred to.
  for (const auto kind : {model::kind_of<ConversationFixture>, model::kind_of<Agent>,
                          model::kind_of<Tool>, model::kind_of<LlmProvider>}) {
    auto created = storage::objects_created_by(database, seed_set, kind);
    if (created.empty()) continue;
    const bool fixtures = kind == model::kind_of<ConversationFixture>;
    const auto staged_conversations = fixtures ? conversation_ids(set) : std::set<std::string>{};
    for (std::string& id : created) {
      const bool staged =
          fixtures ? staged_conversations.contains(id) : storage::is_staged(*set.staging, kind, id);
      if (!staged) candidates.push_back({kind, std::move(id)});
    }
  }
  return candidates;
}

Change prune_object(storage::Database& database, const std::string& seed_set,
                    const SeedObjectId& object, const storage::Change& change) {
  std::vector<std::string> referrers = storage::referrers(database, object.kind, object.id);
  for (const std::string& other : storage::sets_of_object(database, object.kind, object.id)) {
    if (other != seed_set) referrers.push_back(fmt::format("seed set '{}'", other));
  }
  if (object.kind == model::kind_of<ConversationFixture>) {
    const auto applied = storage::find_seed_object(database, seed_set, object.kind, object.id);
    const auto there = storage::messages_of(database, *parse_uuid(object.id), true).size();
    const std::size_t ours = applied ? applied_messages(applied->applied) : 0;
    if (there > ours) referrers.push_back(fmt::format("messages of others: {}", there - ours));
  }
  if (!referrers.empty()) {
    return {object.kind,
            object.id,
            Action::protect,
            {},
            fmt::format("referred to by {}", fmt::join(referrers, ", "))};
  }
  remove_object(database, object, change);
  return {object.kind, object.id, Action::prune, {}, {}};
}

}  // namespace llmctl::seeding
