#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/records.h"
#include "storage/database.h"

/// Tables llmctl_attempts and llmctl_leases.
namespace llmctl::storage {

void insert_attempt(Database& database, const model::Attempt& attempt);
/// Writes what is known after the call: status, message, model, usage, cost, times, error and
/// state.
void update_attempt(Database& database, const model::Attempt& attempt);

/// The tries of the turn that a user or assistant message belongs to, in order.
std::vector<model::Attempt> attempts_of_message(Database& database, const Uuid& message);
/// The attempt that will complete, or has completed, this assistant message.
std::optional<model::Attempt> attempt_of_answer(Database& database, const Uuid& assistant_message);
/// The newest conversation, not deleted, that a turn of this actor made.
std::optional<Uuid> latest_conversation_started_by(Database& database, std::string_view actor);

/// Reads one attempt from a row whose columns are attempt_columns(alias), starting at `first`.
model::Attempt read_attempt(const Row& row, int first = 0);
/// "a.id, a.conversation_id, …"
std::string attempt_columns(std::string_view alias);

struct Lease {
  std::string owner;
  std::int64_t polls = 0;  ///< how often the provider was asked before
};

/// Makes `owner` the one who works on the attempt until `until`, unless somebody else's lease is
/// still running.
std::optional<Lease> take_lease(Database& database, const Uuid& attempt, std::string_view owner,
                                Timestamp now, Timestamp until);
/// Gives it back after one more poll. A lease that another has taken meanwhile is left alone.
void release_lease(Database& database, const Uuid& attempt, std::string_view owner, Timestamp now,
                   Timestamp next_poll_at);
/// How often the attempt was polled so far.
std::int64_t polls_of(Database& database, const Uuid& attempt);
/// Whether nobody has taken the lease from its owner.
bool holds_lease(Database& database, const Uuid& attempt, std::string_view owner);
void delete_lease(Database& database, const Uuid& attempt);

}  // namespace llmctl::storage
