#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/time.h"
#include "seeding/seed_set.h"
#include "storage/database.h"

/// From a seed set to a database, by three values of each field: what the set last applied, what
/// the database has, and what the files want.
namespace llmctl::seeding {

enum class Action {
  create,     ///< the files name it, the database has not
  update,     ///< some fields get the files' values
  unchanged,  ///< nothing to write
  drifted,    ///< somebody changed or deleted it while the files stood still: kept
  prune,      ///< the set made it and the files do not name it any more: deleted
  protect,    ///< to be pruned, but something refers to it: kept
  unowned,    ///< the backend's own, in a database that it made: kept
};
inline constexpr std::size_t action_count = 7;
/// "create", "update", "unchanged", "drifted", "prune", "protected", "unowned"
std::string_view action_name(Action action);

/// The values are JSON, secrets masked.
struct FieldChange {
  std::string name;
  std::optional<std::string> applied;  ///< nothing: the set has not applied it
  std::optional<std::string> live;     ///< nothing: the object is not there
  std::optional<std::string> desired;  ///< nothing: the object is not wanted any more
  bool kept = false;                   ///< drifted: the live value stays
};

struct Change {
  std::string_view kind;  ///< a section of seed files
  std::string id;
  Action action = Action::unchanged;
  std::vector<FieldChange> fields;  ///< those that differ; of a new object those that are named
  std::string reason;               ///< why it is drifted or protected; may be empty
};

/// What applying a set would do, or did.
struct SeedPlan {
  std::vector<std::string> seed_sets;  ///< SeedSet::names
  /// One per object, the unchanged ones too: providers, tools, agents, conversations, then what is
  /// pruned.
  std::vector<Change> changes;
  std::array<std::size_t, action_count> counts{};  ///< by Action
  std::size_t prunable = 0;  ///< without PlanOptions::prune: what it would prune or protect
  /// Something is to be written, be it only what the set applied to an unchanged object.
  bool writes = false;
  /// SHA-256 over all changes with their unmasked values, those of what is deleted too: two plans
  /// of the same digest do the same. Empty when nobody asked for it.
  std::string digest;
  std::string prune_digest;  ///< over the deletions alone; with PlanOptions::prune

  std::size_t count(Action action) const { return counts[static_cast<std::size_t>(action)]; }
  /// Something differs from what the files want, and is not protected from them.
  bool differs() const;
};

enum class OnDrift { keep, overwrite, fail };

struct PlanOptions {
  OnDrift on_drift = OnDrift::keep;
  bool prune = false;
  bool take_over = false;       ///< also write what no set owns in a database of the backend's
  bool refuse_unowned = false;  ///< instead of leaving it alone
  bool values_of_new = false;   ///< list the fields of new objects, too
  ProgressCallback progress;    ///< by objects
};

/// Writes nothing. When there is something to prune it needs a database that may be written,
/// because it does and undoes all of it. Throws Error: invalid_data for references that lead
/// nowhere, refused as `apply` does.
SeedPlan make_plan(storage::Database& database, const SeedSet& set,
                   const PlanOptions& options = {});

struct ApplyOptions {
  PlanOptions plan;
  Timestamp now;
  std::string actor;
  /// Of the plan that was agreed to: anything else is refused. Empty: whatever there is to do.
  std::string digest = {};
  /// The same for what is deleted: SeedPlan::prune_digest.
  std::string prune_digest = {};
  bool for_plan = false;  ///< make SeedPlan::digest although none is given
};

/// Looks for something to write, and when there is, takes the write lock and writes everything in
/// that one transaction. When all rows are as the files want them no lock is taken. Every row that
/// is overwritten or deleted is kept as a revision first. Throws Error: invalid_data; refused for
/// unowned objects, drift with OnDrift::fail, or another digest; interrupted.
SeedPlan apply(storage::Database& database, const SeedSet& set, const ApplyOptions& options);

}  // namespace llmctl::seeding
