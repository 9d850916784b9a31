#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/records.h"
#include "seeding/seed_set.h"
#include "storage/database.h"
#include "storage/revisions.h"

/// Conversations of seed files. In a ConversationFixture `messages` is a JSON array of
/// {id, role, content, at, agent, llm, pending, blocked, deleted_at, protegrity_data}: as in the
/// file, where all but the role may be absent, or settled, where all are there.
namespace llmctl::seeding {

/// A time as a file may write it: RFC 3339, or an offset such as "+90s" or "-2d"; an empty text is
/// the base itself. Nothing for what is none, and for what lies outside of the years 0001 to 9999.
std::optional<Timestamp> parse_moment(std::string_view text, Timestamp base);

/// The id of the conversation with this key in this set, dashed.
std::string fixture_id(const std::string& seed_set, const std::string& key);

/// With ids, times and every message in full: ids are UUIDv5 of the set's name and the key, unless
/// the file gives them; times count from the file's base_time, a message's from the one before it,
/// one second later each. An answer without agent or LLM has the conversation's. Throws
/// Error(invalid_data) for a time outside of the years 0001 to 9999.
model::ConversationFixture settled(const model::ConversationFixture& fixture, const SeedFile& file);

/// With the SHA-256 and number of its messages in their place, whatever their order: as much as a
/// plan compares and keeps.
model::ConversationFixture summarised(model::ConversationFixture fixture);

/// Ids of the messages that the fixture had when the set applied it last, by `applied`, and has no
/// more. (Of messages with ids of their own nothing is known.)
std::vector<Uuid> dropped_messages(const model::ConversationFixture& fixture, const SeedFile& file,
                                   const JsonText& applied);

/// What the database has of a settled fixture: the conversation, and of its messages those that the
/// fixture has, and those that it dropped.
std::optional<model::ConversationFixture> find_fixture(storage::Database& database,
                                                       const model::ConversationFixture& fixture,
                                                       const std::vector<Uuid>& dropped);

/// Writes the conversation and those of the fixture's messages that are not as in `live`, and
/// deletes those that it dropped; other messages stay.
void write_fixture(storage::Database& database, const model::ConversationFixture& fixture,
                   const std::optional<model::ConversationFixture>& live,
                   const std::vector<Uuid>& dropped);

/// What a whole conversation holds besides the messages that a set applied: "messages of others:
/// 2". Empty: nothing.
std::string foreign_messages(const model::ConversationFixture& whole, const JsonText& applied);

/// The agents and LLMs that a settled fixture's messages name, as kind and id.
std::vector<std::pair<std::string_view, std::string>> references_of_messages(
    const model::ConversationFixture& fixture);

/// Keeps the conversation with all its messages as a revision, if that is not how the latest has
/// it. Does nothing when there is no such conversation.
void record_conversation(storage::Database& database, const Uuid& id,
                         const storage::Change& change);

/// A whole conversation as a settled fixture, its key being its id.
model::ConversationFixture fixture_of(storage::Database& database,
                                      const model::Conversation& conversation);

}  // namespace llmctl::seeding
