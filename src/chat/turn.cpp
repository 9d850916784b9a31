#include "chat/turn.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/signals.h"
#include "chat/attempts.h"
#include "chat/conversation.h"
#include "chat/history.h"
#include "chat/poll.h"
#include "storage/attempts.h"
#include "storage/conversations.h"
#include "storage/revisions.h"

namespace llmctl::chat {
namespace {

using model::Attempt;
using model::Conversation;
using model::Message;
using storage::Database;
using storage::Transaction;

constexpr Duration first_poll_interval = std::chrono::milliseconds(250);
constexpr Duration longest_poll_interval = std::chrono::seconds(5);

/// What is committed before the provider is asked.
struct StartedTurn {
  Conversation conversation;
  Participants who;
  std::unique_ptr<providers::Provider> provider;
  Message user_message;
  Attempt attempt;
};

Attempt make_attempt(Runtime& runtime, const TurnRequest& request, const StartedTurn& turn) {
  Attempt attempt;
  attempt.started_at = runtime.clock.now();
  attempt.id = runtime.ids.next(attempt.started_at);
  attempt.conversation_id = turn.conversation.id;
  attempt.user_message_id = turn.user_message.id;
  attempt.origin =
      request.conversation ? model::attempt_origin::chat : model::attempt_origin::start;
  attempt.actor = request.actor;
  attempt.lease_until = attempt.started_at + request.timeout;
  attempt.provider_type = "custom";
  if (turn.who.agent) {
    attempt.agent = turn.who.agent->id;
    attempt.agent_revision =
        storage::record_found(runtime.database, *turn.who.agent, attempt.started_at);
  }
  if (turn.who.llm) {
    attempt.llm_provider = turn.who.llm->id;
    attempt.llm_revision =
        storage::record_found(runtime.database, *turn.who.llm, attempt.started_at);
    attempt.provider_type = turn.who.llm->provider_type;
    attempt.requested_model = turn.who.llm->model_identifier;
  }
  return attempt;
}

StartedTurn start_turn(Runtime& runtime, const TurnRequest& request) {
  Database& database = runtime.database;
  Transaction transaction(database);
  StartedTurn turn;
  turn.conversation = request.conversation ? open_conversation(database, *request.conversation)
                                           : make_conversation(runtime, request.message);
  turn.who = resolve_participants(database, turn.conversation, request.agent, request.llm);
  turn.provider = providers::get_provider(turn.who.llm, runtime.context);
  turn.provider->require_ready();
  remember_participants(turn.conversation, turn.who);

  if (request.conversation) {
    turn.conversation.updated_at = runtime.clock.now();
    storage::update_conversation(database, turn.conversation);
  } else {
    storage::insert_conversation(database, turn.conversation);
  }
  if (request.system) {
    storage::insert_message(database,
                            make_message(runtime, turn.conversation.id, "system", *request.system));
  }
  turn.user_message = make_message(runtime, turn.conversation.id, "user", request.message);
  storage::insert_message(database, turn.user_message);
  turn.attempt = make_attempt(runtime, request, turn);
  storage::insert_attempt(database, turn.attempt);
  transaction.commit();
  return turn;
}

/// Stores the answer, or the placeholder of one that is to come.
Message store_answer(Runtime& runtime, const StartedTurn& turn, Outcome& outcome) {
  Transaction transaction(runtime.database);
  const bool pending = outcome.result.status == providers::Status::pending;
  Message message = make_message(runtime, turn.conversation.id, "assistant",
                                 pending ? "" : outcome.result.content);
  message.pending = pending;
  // A conversation that was deleted meanwhile takes its answer along.
  const auto conversation = storage::find_conversation(runtime.database, turn.conversation.id);
  if (conversation) message.deleted_at = conversation->deleted_at;
  message.agent = outcome.attempt.agent;
  message.llm_provider = outcome.attempt.llm_provider;
  outcome.attempt.assistant_message_id = message.id;
  storage::insert_message(runtime.database, message);
  storage::update_attempt(runtime.database, outcome.attempt);
  transaction.commit();
  return message;
}

/// A message that is not stored, so that its text can still be shown.
Message unstored_answer(const StartedTurn& turn, const Outcome& outcome) {
  Message message;
  message.conversation_id = turn.conversation.id;
  message.role = "assistant";
  message.content = outcome.result.content;
  message.agent = outcome.attempt.agent;
  message.llm_provider = outcome.attempt.llm_provider;
  return message;
}

void store_or_keep_answer(Runtime& runtime, const StartedTurn& turn, Outcome& outcome,
                          TurnResult& result) {
  try {
    result.assistant_message = store_answer(runtime, turn, outcome);
  } catch (const Error& problem) {
    if (outcome.result.status != providers::Status::completed) throw;
    outcome.attempt.assistant_message_id.reset();
    result.assistant_message = unstored_answer(turn, outcome);
    result.not_stored = problem;
  }
  result.attempt = outcome.attempt;
}

[[noreturn]] void throw_still_pending(const TurnResult& result) {
  const std::string id = to_string(result.conversation.id);
  Error error(ErrorKind::answer_pending, fmt::format("no answer yet in conversation '{}'", id),
              "llmctl poll " + id);
  error.stage = "sent";
  throw error;
}

/// A signal ends the pause, and the command; the answer can still be fetched.
void pause(Runtime& runtime, const TurnResult& result, Duration length) {
  runtime.clock.sleep_for(length);
  try {
    throw_if_interrupted();
  } catch (Error& problem) {
    problem.stage = "sent";
    problem.hint =
        "the answer can still be fetched: llmctl poll " + to_string(result.conversation.id);
    throw;
  }
}

/// Polls the turn's own message until it is answered or the time is over.
void wait_for_answer(Runtime& runtime, const TurnRequest& request, Duration deadline,
                     TurnResult& result) {
  Duration interval = first_poll_interval;
  while (true) {
    if (runtime.clock.elapsed() + interval > deadline) throw_still_pending(result);
    pause(runtime, result, interval);
    const PollOutcome outcome = poll_message(runtime, *result.assistant_message, request.actor);
    if (outcome.status == PollStatus::completed) break;
    const bool may_pass = outcome.error == ErrorKind::unavailable;
    if (!may_pass && (outcome.status == PollStatus::failed || outcome.status == PollStatus::dead)) {
      throw error_of(outcome.attempt.value_or(result.attempt));
    }
    interval = std::min(interval * 3 / 2, longest_poll_interval);
  }
  result.assistant_message = storage::find_message(runtime.database, result.assistant_message->id);
  result.attempt = *storage::attempt_of_answer(runtime.database, result.assistant_message->id);
}

/// Everything after the commit that starts a turn.
TurnResult finish_turn(Runtime& runtime, const TurnRequest& request, const StartedTurn& turn,
                       Duration deadline) {
  if (!turn.who.llm || turn.who.llm_is_fallback) {
    runtime.notify("no LLM was named, so the Dummy answers: choose one with -m");
  }
  const auto history = provider_history(runtime.database, turn.user_message);
  const bool stream = request.sink != nullptr && turn.who.llm && turn.who.llm->supports_streaming;
  Outcome outcome =
      run_attempts(runtime, *turn.provider, turn.attempt, turn.who.llm,
                   {turn.conversation, history, turn.who.agent, turn.who.tools, 0, stream},
                   {request.retries, request.timeout, stream ? request.sink : nullptr});
  if (outcome.result.status == providers::Status::failed) throw error_of(outcome.attempt);

  TurnResult result{turn.conversation, turn.user_message, {}, turn.who.agent, outcome.attempt, {}};
  store_or_keep_answer(runtime, turn, outcome, result);
  if (outcome.result.status == providers::Status::pending && request.wait) {
    wait_for_answer(runtime, request, deadline, result);
  }
  return result;
}

}  // namespace

TurnResult send(Runtime& runtime, const TurnRequest& request) {
  require_valid_message(request.message, "the message");
  if (request.system) require_valid_message(*request.system, "the system message");

  throw_if_interrupted();
  const Duration deadline = runtime.clock.elapsed() + request.timeout;
  const StartedTurn turn = start_turn(runtime, request);
  try {
    return finish_turn(runtime, request, turn, deadline);
  } catch (Error& problem) {
    // From here on the provider may have been asked: repeating the command may pay twice.
    if (problem.stage.empty()) {
      problem.stage = "sent";
      problem.hint = "the message is stored; llmctl audit show " + to_string(turn.user_message.id);
    }
    throw;
  }
}

}  // namespace llmctl::chat
