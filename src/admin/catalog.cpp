#include "admin/catalog.h"

#include <nlohmann/json.hpp>

#include "model/records.h"
#include "model/snapshot.h"
#include "storage/catalog.h"

namespace llmctl::admin {

using storage::Database;

template <class Record>
RecordChange<Record> plan_change(Database& database, const std::string& id,
                                 const Edit<Record>& edit, Absent absent) {
  RecordChange<Record> planned;
  planned.before = absent == Absent::refuse ? storage::require<Record>(database, id)
                                            : storage::find<Record>(database, id);
  Record base;
  base.id = id;
  planned.after = edit(planned.before.value_or(base));
  planned.changes = !planned.before || canonical_json(model::snapshot(*planned.before)) !=
                                           canonical_json(model::snapshot(planned.after));
  return planned;
}

template <class Record>
RecordChange<Record> change(Database& database, const std::string& id, const Edit<Record>& edit,
                            const storage::Change& about, Absent absent) {
  RecordChange<Record> change = plan_change(database, id, edit, absent);
  if (!change.changes) return change;

  storage::Transaction transaction(database);
  change = plan_change(database, id, edit, absent);
  if (!change.changes) return change;
  change.after.updated_at = about.at;
  if (change.before) {
    storage::record_found(database, *change.before, about.at);
    storage::update(database, *change.before, change.after);
    change.revision = storage::record_change(database, change.after, about);
  } else {
    change.after.created_at = about.at;
    storage::insert(database, change.after);
    storage::record_creation(database, change.after, about);
    change.revision = storage::latest_revision(database, model::kind_of<Record>, id)->number;
  }
  transaction.commit();
  return change;
}

template <class Record>
ActiveChange set_active(Database& database, const std::string& id, bool active, Timestamp now,
                        std::string_view actor) {
  const auto changed = change<Record>(database, id,
                                      [active](Record record) {
                                        record.is_active = active;
                                        return record;
                                      },
                                      {now, actor, active ? "enabled" : "disabled"});
  return {std::string(model::noun_of<Record>), id, active, changed.changes};
}

#define LLMCTL_CATALOG(Record)                                                                  \
  template RecordChange<Record> plan_change(Database&, const std::string&, const Edit<Record>&, \
                                            Absent);                                            \
  template RecordChange<Record> change(Database&, const std::string&, const Edit<Record>&,      \
                                       const storage::Change&, Absent);                         \
  template ActiveChange set_active<Record>(Database&, const std::string&, bool, Timestamp,      \
                                           std::string_view);
LLMCTL_CATALOG(model::LlmProvider)
LLMCTL_CATALOG(model::Agent)
LLMCTL_CATALOG(model::Tool)
#undef LLMCTL_CATALOG

}  // namespace llmctl::admin
