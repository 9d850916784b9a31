#pragma once

#include <string>
#include <utility>
#include <vector>

#include "seeding/decide.h"
#include "seeding/seed_set.h"
#include "storage/catalog.h"
#include "storage/seed_objects.h"
#include "storage/staging.h"

/// Staged objects brought together with what the database has of them.
namespace llmctl::seeding {

/// One object with what deciding about it and writing it needs.
template <class Record>
struct Item {
  Comparison<Record> compared;
  std::string seed_set;
};

/// A conversation is compared by a summary of its messages, and written in full.
struct FixtureItem : Item<model::ConversationFixture> {
  model::ConversationFixture live;
  model::ConversationFixture whole;
  std::vector<Uuid> dropped;  ///< messages
};

/// Where nothing was before the walk began, nothing is looked for: each object comes once.
struct Before {
  bool rows = true;
  bool applied = true;
};

template <class Record>
Before look_before(storage::Database& database) {
  return {storage::has_rows(database, model::kind_of<Record>),
          storage::has_seed_objects(database, model::kind_of<Record>)};
}

template <class Record>
void find_applied(storage::Database& database, Item<Record>& item, const Before& before) {
  if (!before.applied) return;
  item.compared.applied = storage::find_seed_object(database, item.seed_set, model::kind_of<Record>,
                                                    item.compared.desired.id);
}

template <class Record>
Item<Record> compare(storage::Database& database, storage::Staged<Record>&& staged,
                     const SeedFile& file, const Before& before) {
  Item<Record> item{{{}, {}, std::move(staged.record), staged.named}, file.seed_set};
  if (before.rows) item.compared.live = storage::find<Record>(database, item.compared.desired.id);
  find_applied(database, item, before);
  return item;
}
FixtureItem compare(storage::Database& database,
                    storage::Staged<model::ConversationFixture>&& staged, const SeedFile& file,
                    const Before& before);

/// What the files want of it.
template <class Record>
const Record& wanted(const Item<Record>& item) {
  return item.compared.desired;
}
inline const model::ConversationFixture& wanted(const FixtureItem& item) { return item.whole; }

}  // namespace llmctl::seeding
