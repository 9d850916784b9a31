#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/catalog.h"
#include "base/json.h"
#include "base/time.h"
#include "storage/database.h"
#include "storage/page.h"

/// What became of a provider, agent or tool, and the way back. Each template exists for
/// model::LlmProvider, model::Agent and model::Tool.
namespace llmctl::admin {

/// A field or relation that differs; literal secrets are masked, so that both may look the same.
struct FieldChange {
  std::string field;
  JsonText before;  ///< null for a field that an older version did not know
  JsonText after;
};

enum class Event {
  first_seen,  ///< llmctl met it, and kept it as it was
  created,     ///< for the first time, or again after it was deleted
  changed,
  deleted,  ///< it has no row any more
};
/// "first_seen", "created", "changed", "deleted"
std::string_view event_name(Event event);

struct HistoryEntry {
  std::optional<std::int64_t> number;  ///< of the revision; nothing: no revision has it yet
  Event event = Event::changed;
  std::optional<Timestamp> recorded_at;
  std::optional<std::string> actor;   ///< storage::outside_llmctl: not llmctl; nothing: unknown
  std::optional<std::string> reason;  ///< empty: none was given
  std::vector<FieldChange> changes;   ///< since the revision before
};

struct History {
  std::string noun;
  std::string id;
  std::vector<HistoryEntry> entries;
  std::string next_cursor;  ///< empty at the end
};
/// Every revision of a record, and, as the latest entry, what has happened since the last one.
/// Deleted records have a history too. Throws Error(not_found) for an id that has neither row nor
/// revision.
template <class Record>
History read_history(storage::Database& database, const std::string& id, const storage::Page& page);

/// The revisions of a conversation, which seeds leave when they change or delete it. Of messages a
/// change says how many there were, and the first 12 digits of their SHA-256. Throws
/// Error(not_found) when there is neither the conversation nor a revision of it.
History read_conversation_history(storage::Database& database, const Uuid& id,
                                  const storage::Page& page);

struct EditOptions {
  Timestamp now;
  std::string actor;
  std::string reason;
  bool dry_run = false;
};
struct EditResult {
  std::string noun;
  std::string id;
  bool dry_run = false;
  bool changed = false;                  ///< false: it is so already, and nothing was written
  std::optional<std::int64_t> revision;  ///< of the record as it is now, if it was written
  std::vector<FieldChange> changes;
};
/// Changes a record by hand. Throws Error(not_found), and what `edit` throws.
template <class Record>
EditResult edit(storage::Database& database, const std::string& id, const Edit<Record>& edit,
                const EditOptions& options);

struct RevertOptions {
  Timestamp now;
  std::string actor;
  std::optional<std::string> reason;  ///< default: "revert to revision 12"
  bool dry_run = false;
};
struct RevertResult {
  std::string noun;
  std::string id;
  std::int64_t reverted_to = 0;
  bool dry_run = false;
  bool changed = false;                  ///< false: it is so already, and nothing was written
  bool created = false;                  ///< it had no row any more
  std::optional<std::int64_t> revision;  ///< of the record as it is now, if it was written
  std::vector<FieldChange> changes;
};
/// Writes every field and relation of a revision back; a record that was deleted is made again.
/// Throws Error(not_found) for a revision that is not this record's, says that it was deleted, or
/// refers to what does not exist any more.
template <class Record>
RevertResult revert(storage::Database& database, const std::string& id, std::int64_t number,
                    const RevertOptions& options);

}  // namespace llmctl::admin
