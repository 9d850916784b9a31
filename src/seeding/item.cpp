#include "seeding/item.h"

#include "seeding/fixture.h"

namespace llmctl::seeding {

using model::ConversationFixture;

FixtureItem compare(storage::Database& database, storage::Staged<ConversationFixture>&& staged,
                    const SeedFile& file, const Before& before) {
  FixtureItem item;
  item.seed_set = file.seed_set;
  item.whole = settled(staged.record, file);
  item.compared.desired = summarised(item.whole);
  item.compared.named = staged.named;
  find_applied(database, item, before);
  const bool lists_messages = (staged.named & model::bit_of<ConversationFixture>("messages")) != 0;
  if (item.compared.applied && lists_messages)
    item.dropped = dropped_messages(staged.record, file, item.compared.applied->applied);
  if (!before.rows) return item;
  if (const auto live = find_fixture(database, item.whole, item.dropped)) {
    item.live = *live;
    item.compared.live = summarised(*live);
  }
  return item;
}

}  // namespace llmctl::seeding
