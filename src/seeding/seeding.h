#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "seeding/seed_set.h"
#include "storage/database.h"

/// From a seed set to a database: create or update by id. The file wins; a field that it does not
/// name keeps its value, and gets the default in a new object.
namespace llmctl::seeding {

enum class Action { create, update, unchanged };
/// "create", "update", "unchanged"
std::string_view action_name(Action action);

struct FieldChange {
  std::string name;
  std::optional<std::string> before;  ///< JSON, secrets masked; nothing for a new object
  std::string after;                  ///< JSON
};

struct Change {
  std::string kind;  ///< llm_providers, agents or tools
  std::string id;
  Action action = Action::unchanged;
  std::vector<FieldChange>
      fields;  ///< update: those that differ; create: those that the file names
};

/// What applying a set would do.
struct SeedPlan {
  std::vector<std::string> seed_sets;  ///< SeedSet::names
  std::vector<Change>
      changes;  ///< one per object, the unchanged ones too: providers, tools, agents
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t unchanged = 0;
  bool writes =
      false;  ///< something is to be written, be it only which set owns an unchanged object

  bool changes_anything() const { return created + updated > 0; }
};

/// Reads only. Throws Error(invalid_data) for references that lead nowhere, neither in the set nor
/// in the database, and for new objects that lack a field they need.
SeedPlan make_plan(storage::Database& database, const SeedSet& set);

struct ApplyOptions {
  Timestamp now;
  std::string actor;
};

/// What was done; the same shape as what was planned.
using ApplyResult = SeedPlan;

/// Plans, and, when there is something to write, takes the write lock, plans again and writes
/// everything in that one transaction. Rows that already are as the files want them are not
/// touched; when all are, no lock is taken. Throws as make_plan does.
ApplyResult apply(storage::Database& database, const SeedSet& set, const ApplyOptions& options);

}  // namespace llmctl::seeding
