#include "migration/verify.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "migration/expected.h"
#include "migration/status.h"
#include "storage/history.h"

namespace llmctl::migration {

Verification verify(storage::Database& database, const MigrationSet& set) {
  const storage::Snapshot snapshot(database);
  const Status status = examine(database, set);
  require_known_history(status);
  const auto history = storage::read_history(database);
  if (history.empty()) {
    throw Error(ErrorKind::configuration, "llmctl has not migrated this database",
                "llmctl migrate status says what it is, and what to do");
  }
  SchemaComparison comparison = compare_with_history(database, set, history);
  std::stable_partition(comparison.differences.begin(), comparison.differences.end(),
                        std::mem_fn(&Difference::is_drift));
  Verification result{comparison.tables, std::move(comparison.differences), false};
  result.has_drifted =
      std::ranges::any_of(result.differences, std::identity{}, &Difference::is_drift);
  return result;
}

AdoptionReview review_adoption(storage::Database& database, const MigrationSet& set) {
  const storage::Snapshot snapshot(database);
  const auto expected = backend_schema(set);
  const auto found = database.describe_tables();
  AdoptionReview review;
  for (const storage::TableSchema& table : expected) {
    std::ranges::move(list_columns(table, find_table(found, table.name)),
                      std::back_inserter(review.columns));
  }
  const Status status = examine(database, set);
  review.has_history = !storage::read_history(database).empty();
  review.differences = status.state == State::backend
                           ? status.differences
                           : compare_tables(expected, found, Strictness::columns);
  return review;
}

}  // namespace llmctl::migration
