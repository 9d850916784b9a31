#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "seeding/plan.h"
#include "storage/referrers.h"
#include "storage/revisions.h"
#include "storage/seed_objects.h"

namespace llmctl::seeding {

/// An object that a seed set has applied.
struct SetObject {
  std::string_view kind;
  std::string id;
  std::string seed_set;
};

/// What the sets have applied and no file names any more.
struct PruneList {
  std::vector<SetObject> candidates;  ///< made by the set, in an order in which they can be deleted
  std::vector<SetObject> released;    ///< not made by it, or gone: the set only has to forget them
};
PruneList list_unnamed(storage::Database& database, const SeedSet& set);

/// What became of a candidate.
struct Pruned {
  Change change;
  std::string state;  ///< all values of what is deleted, unmasked; empty when it stays
};

/// Deletes candidates within a transaction, unless something refers to them, or somebody else had a
/// hand in them. Their last state is kept as a revision first.
class Pruner {
 public:
  Pruner(storage::Database& database, OnDrift on_drift, const storage::Change& change);
  Pruned prune(const SetObject& object);

 private:
  template <class Record>
  Pruned prune_row(const SetObject& object, const storage::SeedObject& applied);
  Pruned prune_conversation(const SetObject& object, const storage::SeedObject& applied);
  std::string protection(const SetObject& object);
  Pruned remove(const SetObject& object, std::string state);

  storage::Database& database_;
  OnDrift on_drift_;
  storage::Change change_;
  storage::Referrers referrers_;
  std::vector<std::string> seed_sets_;
};

}  // namespace llmctl::seeding
