#include "admin/catalog.h"

#include "model/records.h"
#include "storage/catalog.h"
#include "storage/revisions.h"

namespace llmctl::admin {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using storage::Database;

template <class Record>
ActiveChange set_active(Database& database, const std::string& id, bool active, Timestamp now,
                        std::string_view actor) {
  ActiveChange change{std::string(model::noun_of<Record>), id, active, false};
  if (storage::require<Record>(database, id).is_active == active) return change;

  storage::Transaction transaction(database);
  const Record before = storage::require<Record>(database, id);
  Record after = before;
  after.is_active = active;
  after.updated_at = now;
  storage::record_found(database, before, now);
  change.changed = storage::update(database, before, after);
  storage::record_change(database, after, {now, actor, active ? "enabled" : "disabled"});
  transaction.commit();
  return change;
}

template ActiveChange set_active<LlmProvider>(Database&, const std::string&, bool, Timestamp,
                                              std::string_view);
template ActiveChange set_active<Agent>(Database&, const std::string&, bool, Timestamp,
                                        std::string_view);
template ActiveChange set_active<Tool>(Database&, const std::string&, bool, Timestamp,
                                       std::string_view);

}  // namespace llmctl::admin
