#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "seeding/plan.h"
#include "storage/revisions.h"

namespace llmctl::seeding {

struct SeedObjectId {
  std::string_view kind;
  std::string id;
};

/// What the set made and no file names any more, in an order in which it can be deleted.
std::vector<SeedObjectId> prune_candidates(storage::Database& database, const SeedSet& set,
                                           const std::string& seed_set);

/// Deletes the object, unless anything refers to it. Its last state is kept as a revision.
Change prune_object(storage::Database& database, const std::string& seed_set,
                    const SeedObjectId& object, const storage::Change& change);

}  // namespace llmctl::seeding
