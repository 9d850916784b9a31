#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/records.h"
#include "storage/database.h"
#include "storage/page.h"

/// Table llmctl_revisions: agents, LLMs and tools as they were.
namespace llmctl::storage {

inline constexpr std::string_view outside_llmctl = "outside llmctl";

/// Who changes something, when and why.
struct Change {
  Timestamp at;
  std::string_view actor;
  std::string_view reason;
};

std::optional<model::Revision> find_revision(Database& database, std::int64_t number);
std::optional<model::Revision> latest_revision(Database& database, std::string_view kind,
                                               std::string_view object_id);

/// A revision, and the content of the object's revision before it.
struct RevisionStep {
  model::Revision revision;
  std::optional<JsonText> before;  ///< nothing: it is the first
};
struct RevisionList {
  std::vector<RevisionStep> entries;
  std::string next_cursor;  ///< empty at the end
};
/// Every revision of an object, by number.
RevisionList list_revisions(Database& database, std::string_view kind, std::string_view object_id,
                            const Page& page);

/// Keeps the record as it stands, if no revision has it yet: somebody else wrote it. Call it before
/// changing a record, and when a turn uses it. Returns the number of the revision that says so. For
/// LlmProvider, Agent and Tool.
template <class Record>
std::int64_t record_found(Database& database, const Record& record, Timestamp now);

/// Keeps the record as llmctl has just written it; a content that is the latest already gets no
/// second revision. For a ConversationFixture, too.
template <class Record>
std::int64_t record_change(Database& database, const Record& record, const Change& change);

/// Keeps a record that llmctl has just inserted. It gets a revision of its own even when it was
/// there before, was deleted, and is now as it was.
template <class Record>
void record_creation(Database& database, const Record& record, const Change& change);

/// Notes that llmctl has deleted the object: a revision whose content is JSON null.
void record_removal(Database& database, std::string_view kind, std::string_view object_id,
                    const Change& change);

}  // namespace llmctl::storage
