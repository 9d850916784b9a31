#pragma once

#include <cstddef>
#include <vector>

#include "migration/comparison.h"
#include "migration/embedded.h"
#include "storage/database.h"

namespace llmctl::migration {

struct Verification {
  std::size_t tables = 0;               ///< how many were compared
  std::vector<Difference> differences;  ///< drift first, then what is only worth knowing
  bool has_drifted = false;
};

/// Compares every table that the applied migrations made with what they make. Other tables, and
/// triggers, are not looked at. Throws Error(configuration) for a history that this program does
/// not know, or none.
Verification verify(storage::Database& database, const MigrationSet& set = embedded_migrations());

/// Every column of the backend's tables beside what llmctl expects, whatever the state.
struct AdoptionReview {
  std::vector<ComparedColumn> columns;
  bool has_history = false;  ///< llmctl knows the database: there is nothing left to adopt
  std::vector<Difference> differences;  ///< what stands in the way; empty: adoptable
};
AdoptionReview review_adoption(storage::Database& database,
                               const MigrationSet& set = embedded_migrations());

}  // namespace llmctl::migration
