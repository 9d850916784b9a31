#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/records.h"
#include "seeding/seed_set.h"
#include "storage/database.h"

/// Conversations of seed files. In a ConversationFixture `messages` is a JSON array of
/// {id, role, content, at, agent, llm, pending, blocked, deleted_at, protegrity_data}: as in the
/// file, where all but the role may be absent, or settled, where all are there.
namespace llmctl::seeding {

/// A time as a file may write it: RFC 3339, or an offset such as "+90s" or "-2d"; an empty text is
/// the base itself. Nothing for what is none, and for what lies outside of the years 0001 to 9999.
std::optional<Timestamp> parse_moment(std::string_view text, Timestamp base);

/// The id of the conversation with this key, dashed.
std::string fixture_id(const SeedFile& file, const std::string& key);

/// With ids, times and every message in full: ids are UUIDv5 of the set's name and the key, unless
/// the file gives them; times count from the file's base_time, a message's from the one before it,
/// one second later each. An answer without agent or LLM has the conversation's. Throws
/// Error(invalid_data) for a time outside of the years 0001 to 9999.
model::ConversationFixture settled(const model::ConversationFixture& fixture, const SeedFile& file);

/// With the SHA-256 and number of its messages in their place: as much as a plan compares and
/// keeps.
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

/// Writes the conversation and the fixture's messages, and deletes those that it dropped; other
/// messages stay.
void write_fixture(storage::Database& database, const model::ConversationFixture& fixture,
                   const std::vector<Uuid>& dropped);

/// How many messages a set wrote when it applied a fixture last.
std::size_t applied_messages(const JsonText& applied);

/// A whole conversation as a settled fixture, its key being its id.
model::ConversationFixture fixture_of(storage::Database& database,
                                      const model::Conversation& conversation);

}  // namespace llmctl::seeding
