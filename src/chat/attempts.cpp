#include "chat/attempts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "base/error.h"
#include "base/signals.h"
#include "model/cost.h"
#include "storage/attempts.h"

namespace llmctl::chat {
namespace {

using model::Attempt;
using providers::ProviderResult;

constexpr Duration longest_advised_wait = std::chrono::seconds(60);

/// 0.5 s doubled with each retry, at most 8 s, less up to a quarter so that many callers spread
/// out.
Duration pause_before_retry(const providers::ProviderError& error, int retries_made,
                            RandomSource& random) {
  const double jitter = static_cast<double>(random.next() >> 11) / 9007199254740992.0;
  if (error.advised_wait && *error.advised_wait > Duration::zero()) {
    return std::chrono::duration_cast<Duration>(*error.advised_wait * (1 + 0.1 * jitter));
  }
  const double seconds = std::min(0.5 * std::exp2(retries_made), 8.0) * (1 - 0.25 * jitter);
  return Duration{std::llround(seconds * 1e6)};
}

bool may_retry(const providers::ProviderError& error) {
  return error.retryable && (!error.advised_wait || *error.advised_wait <= longest_advised_wait);
}

void store_failure(Runtime& runtime, const Attempt& attempt) {
  storage::Transaction transaction(runtime.database);
  storage::update_attempt(runtime.database, attempt);
  transaction.commit();
}

Attempt next_try(Runtime& runtime, const Attempt& failed, Duration total_timeout) {
  Attempt attempt;
  attempt.id = runtime.ids.next(runtime.clock.now());
  attempt.conversation_id = failed.conversation_id;
  attempt.user_message_id = failed.user_message_id;
  attempt.hop = failed.hop + 1;
  attempt.origin = failed.origin;
  attempt.actor = failed.actor;
  attempt.agent = failed.agent;
  attempt.agent_revision = failed.agent_revision;
  attempt.llm_provider = failed.llm_provider;
  attempt.llm_revision = failed.llm_revision;
  attempt.provider_type = failed.provider_type;
  attempt.requested_model = failed.requested_model;
  attempt.started_at = runtime.clock.now();
  attempt.lease_until = attempt.started_at + total_timeout;
  return attempt;
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<JsonText> as_json(const std::vector<providers::ToolCall>& calls) {
  if (calls.empty()) return std::nullopt;
  nlohmann::json list = nlohmann::json::array();
  for (const providers::ToolCall& call : calls) {
    list.push_back({{"id", call.id},
                    {"name", call.name},
                    {"arguments", parse_json(call.arguments.text, "arguments")}});
  }
  return JsonText{canonical_json(list)};
}

/// Notes when the first text came, and whether any did.
class TimingSink final : public providers::StreamSink {
 public:
  TimingSink(Clock& clock, providers::StreamSink* next)
      : clock_(clock), started_(clock.elapsed()), next_(next) {}

  void text(std::string_view piece) override {
    if (!first_) first_ = clock_.elapsed() - started_;
    if (next_ != nullptr) next_->text(piece);
  }
  const std::optional<Duration>& first() const { return first_; }

 private:
  Clock& clock_;
  Duration started_;
  providers::StreamSink* next_;
  std::optional<Duration> first_;
};

/// A signal ends the sleep early.
void pause(Runtime& runtime, Duration length) {
  runtime.clock.sleep_for(length);
  throw_if_interrupted();
}

}  // namespace

void record_result(Attempt& attempt, const ProviderResult& result,
                   const std::optional<model::LlmProvider>& llm, Timestamp now, Duration elapsed) {
  switch (result.status) {
    case providers::Status::completed: attempt.status = model::attempt_status::completed; break;
    case providers::Status::pending: attempt.status = model::attempt_status::pending; break;
    case providers::Status::failed: attempt.status = model::attempt_status::failed; break;
  }
  if (result.error && result.error->kind == providers::ProviderErrorKind::cancelled)
    attempt.status = model::attempt_status::cancelled;
  if (!result.served_model.empty()) attempt.served_model = result.served_model;
  if (!result.finish_reason.empty()) attempt.finish_reason = result.finish_reason;
  if (!result.request_id.empty()) attempt.request_id = result.request_id;
  if (!result.state.text.empty()) attempt.provider_state = result.state;
  attempt.tool_calls = as_json(result.tool_calls);
  if (result.status == providers::Status::pending) return;

  attempt.usage = result.usage;
  if (llm) attempt.cost_nanousd = model::cost_of(result.usage, *llm);
  attempt.latency_us = elapsed.count();
  attempt.finished_at = now;
  if (!result.error) return;
  attempt.error_kind = std::string(kind_name(result.error->kind));
  attempt.error_message = result.error->message;
  attempt.http_status = result.error->http_status;
  attempt.partial_content = unless_empty(result.content);
}

Error error_of(const Attempt& attempt) {
  const std::string kind = attempt.error_kind.value_or("server");
  const auto known = providers::parse_provider_error_kind(kind);
  const bool may_pass = known && is_transient(*known);
  Error error(
      may_pass ? ErrorKind::unavailable : ErrorKind::provider_refused,
      fmt::format("LLM '{}' gave no answer ({}{}): {}", attempt.llm_provider.value_or("dummy"),
                  kind, attempt.http_status ? fmt::format(", HTTP {}", *attempt.http_status) : "",
                  attempt.error_message.value_or("no reason given")),
      fmt::format(
          "the message is stored; llmctl audit show {}",
          attempt.user_message_id ? to_string(*attempt.user_message_id) : to_string(attempt.id)));
  error.name = kind;
  // Nothing came back of these.
  const bool unanswered = kind == "timeout" || kind == "network" || kind == "tls";
  error.stage = unanswered ? "sent" : "answered";
  return error;
}

Outcome run_attempts(Runtime& runtime, providers::Provider& provider, Attempt first,
                     const std::optional<model::LlmProvider>& llm, const providers::Turn& turn,
                     const AttemptOptions& options) {
  const Duration deadline = runtime.clock.elapsed() + options.total_timeout;
  Outcome outcome{std::move(first), {}};
  for (int retries_made = 0;; ++retries_made) {
    const Duration before = runtime.clock.elapsed();
    providers::Turn this_try = turn;
    this_try.hop = outcome.attempt.hop;
    TimingSink sink(runtime.clock, options.sink);
    outcome.result = run(runtime, provider.send_message(this_try), deadline - before, &sink);
    if (sink.first()) outcome.attempt.first_token_us = sink.first()->count();
    record_result(outcome.attempt, outcome.result, llm, runtime.clock.now(),
                  runtime.clock.elapsed() - before);
    if (outcome.result.status != providers::Status::failed) return outcome;

    store_failure(runtime, outcome.attempt);
    const providers::ProviderError& error = *outcome.result.error;
    if (error.kind == providers::ProviderErrorKind::cancelled) throw_if_interrupted();
    if (options.sink != nullptr && sink.first()) return outcome;
    if (retries_made == options.retries || !may_retry(error)) return outcome;
    const Duration wait = pause_before_retry(error, retries_made, runtime.random);
    if (runtime.clock.elapsed() + wait > deadline) return outcome;
    pause(runtime, wait);
    outcome.attempt = next_try(runtime, outcome.attempt, options.total_timeout);
    storage::Transaction transaction(runtime.database);
    storage::insert_attempt(runtime.database, outcome.attempt);
    transaction.commit();
  }
}

}  // namespace llmctl::chat
