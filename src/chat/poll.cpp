#include "chat/poll.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/signals.h"
#include "chat/attempts.h"
#include "chat/conversation.h"
#include "chat/history.h"
#include "storage/attempts.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "storage/revisions.h"

namespace llmctl::chat {
namespace {

using model::Attempt;
using model::Message;
using storage::Database;
using storage::Transaction;

constexpr Duration lease_length = std::chrono::minutes(2);
constexpr Duration pause_between_polls = std::chrono::seconds(1);

/// The attempt's LLM, else the message's own, else the conversation's, else that of its last
/// answer.
std::optional<model::LlmProvider> llm_of(Database& database, const Message& message,
                                         const std::optional<Attempt>& attempt) {
  std::optional<std::string> id = attempt ? attempt->llm_provider : std::nullopt;
  if (!id) id = message.llm_provider;
  if (!id) {
    const auto conversation = storage::find_conversation(database, message.conversation_id);
    if (conversation) id = conversation->primary_llm;
  }
  if (!id) id = storage::latest_assistant_llm(database, message.conversation_id);
  return id ? storage::find<model::LlmProvider>(database, *id) : std::nullopt;
}

/// A pending message that the backend wrote has no attempt yet.
Attempt attempt_for_backend(Runtime& runtime, const Message& message,
                            const std::optional<model::LlmProvider>& llm,
                            const std::string& actor) {
  Attempt attempt;
  attempt.started_at = runtime.clock.now();
  attempt.id = runtime.ids.next(attempt.started_at);
  attempt.conversation_id = message.conversation_id;
  attempt.assistant_message_id = message.id;
  attempt.origin = model::attempt_origin::backend;
  attempt.actor = actor;
  attempt.agent = message.agent;
  attempt.provider_type = llm ? llm->provider_type : "custom";
  if (llm) {
    attempt.llm_provider = llm->id;
    attempt.requested_model = llm->model_identifier;
  }
  attempt.status = model::attempt_status::pending;
  attempt.provider_state = message.protegrity_data;
  attempt.lease_until = attempt.started_at + lease_length;
  return attempt;
}

std::string lease_owner(Runtime& runtime) {
  return fmt::format("{}:{}", getpid(), short_id(runtime.ids.next(runtime.clock.now())));
}

/// What one poll works on.
struct Waiting {
  const Message& message;
  Attempt attempt;
  std::optional<model::LlmProvider> llm;
  std::optional<model::Agent> agent;
  std::vector<providers::HistoryEntry> history;
  std::string owner;
};

/// Takes the lease, and makes the attempt's row when the backend made none. Nothing while somebody
/// else asks, or when the message was answered meanwhile.
std::optional<storage::Lease> take_lease(Runtime& runtime, Waiting& waiting, bool attempt_is_new) {
  Transaction transaction(runtime.database);
  const auto message = storage::find_message(runtime.database, waiting.message.id);
  if (!message || !message->pending) return std::nullopt;
  if (attempt_is_new) {
    if (storage::attempt_of_answer(runtime.database, message->id)) return std::nullopt;
    const Timestamp seen = waiting.attempt.started_at;
    if (waiting.agent)
      waiting.attempt.agent_revision =
          storage::record_found(runtime.database, *waiting.agent, seen);
    if (waiting.llm)
      waiting.attempt.llm_revision = storage::record_found(runtime.database, *waiting.llm, seen);
    storage::insert_attempt(runtime.database, waiting.attempt);
  }
  const Timestamp now = runtime.clock.now();
  const auto lease = storage::take_lease(runtime.database, waiting.attempt.id, waiting.owner, now,
                                         now + lease_length);
  transaction.commit();
  return lease;
}

/// The LLM with the prices that it had when the turn was sent.
std::optional<model::LlmProvider> llm_as_it_was(Database& database, const Waiting& waiting) {
  auto llm = waiting.llm;
  const auto revision = waiting.attempt.llm_revision
                            ? storage::find_revision(database, *waiting.attempt.llm_revision)
                            : std::nullopt;
  if (!llm || !revision) return llm;
  const nlohmann::json content = parse_json(revision->content.text, "a revision");
  const auto price = [&](const char* name) -> std::optional<Decimal> {
    const auto found = content.find(name);
    if (found == content.end() || !found->is_string()) return std::nullopt;
    return parse_decimal(found->get<std::string>());
  };
  llm->cost_per_1k_input_tokens = price("cost_per_1k_input_tokens");
  llm->cost_per_1k_output_tokens = price("cost_per_1k_output_tokens");
  return llm;
}

void complete(Database& database, const Waiting& waiting, const std::string& content,
              Timestamp now) {
  storage::complete_message(database, waiting.message.id, content);
  auto conversation = storage::find_conversation(database, waiting.message.conversation_id);
  conversation->updated_at = now;
  storage::update_conversation(database, *conversation);
}

/// Writes what the poll brought, in one transaction. Whoever has lost the lease while asking, or
/// finds the message answered, writes nothing: then it is false.
bool store_poll(Runtime& runtime, Waiting& waiting, const providers::ProviderResult& result) {
  Transaction transaction(runtime.database);
  Database& database = runtime.database;
  const auto message = storage::find_message(database, waiting.message.id);
  if (!message || !message->pending ||
      !storage::holds_lease(database, waiting.attempt.id, waiting.owner)) {
    return false;
  }
  const Timestamp now = runtime.clock.now();
  const bool may_pass = result.error && result.error->retryable;
  if (result.status == providers::Status::completed)
    complete(database, waiting, result.content, now);
  if (result.status == providers::Status::pending || may_pass) {
    storage::release_lease(database, waiting.attempt.id, waiting.owner, now,
                           now + pause_between_polls);
  } else {
    storage::delete_lease(database, waiting.attempt.id);
  }
  if (!may_pass) {
    record_result(waiting.attempt, result, llm_as_it_was(database, waiting), now,
                  now - waiting.attempt.started_at);
    storage::update_attempt(database, waiting.attempt);
  }
  transaction.commit();
  return true;
}

/// What the message is to answer: later messages belong to turns that run beside it. The backend's
/// messages do not say whom they answer; there it is all that came before.
std::vector<providers::HistoryEntry> history_of(Database& database, const Message& message,
                                                const Attempt& attempt) {
  const auto asked = attempt.user_message_id
                         ? storage::find_message(database, *attempt.user_message_id)
                         : std::nullopt;
  return provider_history(database, asked ? *asked : message);
}

PollOutcome outcome_of(const Waiting& waiting, PollStatus status, std::string note = {}) {
  return {waiting.message.conversation_id,
          waiting.message.id,
          status,
          waiting.llm ? std::optional(waiting.llm->id) : std::nullopt,
          waiting.attempt,
          std::move(note),
          {}};
}

/// How a message stands that somebody else works on.
PollOutcome left_to_another(Runtime& runtime, const Waiting& waiting) {
  const auto message = storage::find_message(runtime.database, waiting.message.id);
  return message && message->pending
             ? outcome_of(waiting, PollStatus::pending, "another poller is asking")
             : outcome_of(waiting, PollStatus::completed, "answered meanwhile");
}

PollOutcome ask(Runtime& runtime, providers::Provider& provider, Waiting& waiting,
                bool attempt_is_new) {
  waiting.owner = lease_owner(runtime);
  const auto lease = take_lease(runtime, waiting, attempt_is_new);
  if (!lease) return left_to_another(runtime, waiting);
  auto step = provider.poll_response(
      {waiting.message, waiting.attempt, waiting.history, waiting.agent, lease->polls});
  const providers::ProviderResult result = run(runtime, std::move(*step), lease_length);
  if (result.error && result.error->kind == providers::ProviderErrorKind::cancelled)
    throw_if_interrupted();
  if (!store_poll(runtime, waiting, result)) return left_to_another(runtime, waiting);
  switch (result.status) {
    case providers::Status::completed: return outcome_of(waiting, PollStatus::completed);
    case providers::Status::pending: return outcome_of(waiting, PollStatus::pending);
    case providers::Status::failed: break;
  }
  PollOutcome failed = outcome_of(waiting, PollStatus::failed, result.error->message);
  failed.error =
      is_transient(result.error->kind) ? ErrorKind::unavailable : ErrorKind::provider_refused;
  return failed;
}

/// One message that cannot be asked for does not keep the others from their answers.
PollOutcome poll_or_report(Runtime& runtime, const Message& message, const std::string& actor) {
  try {
    return poll_message(runtime, message, actor);
  } catch (const Error& problem) {
    if (problem.kind != ErrorKind::configuration) throw;
    return {message.conversation_id, message.id,  PollStatus::failed, message.llm_provider, {},
            problem.what(),          problem.kind};
  }
}

}  // namespace

std::string_view status_name(PollStatus status) {
  switch (status) {
    case PollStatus::completed: return "completed";
    case PollStatus::pending: return "pending";
    case PollStatus::idle: return "idle";
    case PollStatus::failed: return "failed";
    case PollStatus::dead: return "dead";
  }
  return "pending";
}

PollOutcome poll_message(Runtime& runtime, const Message& message, const std::string& actor) {
  Database& database = runtime.database;
  const auto stored = storage::attempt_of_answer(database, message.id);
  const auto llm = llm_of(database, message, stored);
  Waiting waiting{message, stored ? *stored : attempt_for_backend(runtime, message, llm, actor),
                  llm,     {},
                  {},      {}};
  if (stored && stored->status == model::attempt_status::completed) {
    return outcome_of(waiting, PollStatus::completed, "answered meanwhile");
  }
  if (stored && stored->status != model::attempt_status::pending &&
      stored->status != model::attempt_status::started) {
    return outcome_of(waiting, PollStatus::dead,
                      stored->error_message.value_or("its attempt has ended"));
  }
  if (!stored && storage::has_newer_answer(database, message)) {
    return outcome_of(waiting, PollStatus::pending,
                      "orphaned: the conversation has a newer answer");
  }
  waiting.history = history_of(database, message, waiting.attempt);
  if (waiting.attempt.agent)
    waiting.agent = storage::find<model::Agent>(database, *waiting.attempt.agent);

  const auto provider = providers::get_provider(llm, runtime.context);
  const bool something_to_poll =
      provider
          ->poll_response({message, waiting.attempt, waiting.history, waiting.agent,
                           storage::polls_of(database, waiting.attempt.id)})
          .has_value();
  if (!something_to_poll) {
    return outcome_of(waiting, PollStatus::pending,
                      "its LLM answers at once, so nothing will ever come");
  }
  return ask(runtime, *provider, waiting, !stored);
}

std::vector<PollOutcome> poll(Runtime& runtime, const PollRequest& request) {
  std::vector<PollOutcome> outcomes;
  const auto poll_all = [&](const std::vector<Message>& messages) {
    for (const Message& message : messages) {
      throw_if_interrupted();
      outcomes.push_back(poll_or_report(runtime, message, request.actor));
    }
  };
  if (request.conversations.empty())
    poll_all(storage::pending_messages(runtime.database, std::nullopt));
  for (const Uuid& id : request.conversations) {
    open_conversation(runtime.database, id);
    const auto messages = storage::pending_messages(runtime.database, id);
    if (messages.empty()) outcomes.push_back({id, {}, PollStatus::idle, {}, {}, {}, {}});
    poll_all(messages);
  }
  return outcomes;
}

}  // namespace llmctl::chat
