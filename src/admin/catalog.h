#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "storage/database.h"
#include "storage/revisions.h"

/// Operations on providers, agents and tools. Each template exists for model::LlmProvider,
/// model::Agent and model::Tool.
namespace llmctl::admin {

/// The record as it is to be, from the record as it stands. May be called twice; what it throws
/// ends the change, and nothing is written.
template <class Record>
using Edit = std::function<Record(Record)>;

/// What to do about an id that has no row.
enum class Absent {
  refuse,  ///< throw Error(not_found)
  create,  ///< edit a new record with this id
};

/// What an edit comes to.
template <class Record>
struct RecordChange {
  std::optional<Record> before;  ///< nothing: there is no row yet
  Record after;
  bool changes = false;                  ///< the two differ
  std::optional<std::int64_t> revision;  ///< number of the one with `after`, once it is written
};

/// Reads only.
template <class Record>
RecordChange<Record> plan_change(storage::Database& database, const std::string& id,
                                 const Edit<Record>& edit, Absent absent = Absent::refuse);

/// Edits a record, keeping revisions of before and after, in one transaction. The record is read
/// again inside of it, so that nobody's change in between is lost. A record that already is as it
/// is to be is not written, and no lock is taken.
template <class Record>
RecordChange<Record> change(storage::Database& database, const std::string& id,
                            const Edit<Record>& edit, const storage::Change& about,
                            Absent absent = Absent::refuse);

struct ActiveChange {
  std::string kind;  ///< "provider", "agent" or "tool"
  std::string id;
  bool is_active = false;
  bool changed = false;  ///< false: it was so already, and nothing was written
};
/// Enables or disables a record. Throws Error(not_found).
template <class Record>
ActiveChange set_active(storage::Database& database, const std::string& id, bool active,
                        Timestamp now, std::string_view actor);

}  // namespace llmctl::admin
