#include "seeding/generator.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "model/cost.h"
#include "model/title.h"
#include "providers/provider.h"
#include "seeding/dice.h"
#include "seeding/generated_text.h"

namespace llmctl::seeding {
namespace {

using model::Attempt;
using model::Message;
using providers::ProviderErrorKind;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int hours_a_week = 7 * 24;
constexpr std::uint64_t conversations_a_week = 2000;
constexpr int most_tries = 3;
constexpr Duration turn_timeout = minutes(10);

/// How busy the hours of a week are, from Monday on: at [h] the sum of all before hour h.
constexpr std::array<std::uint64_t, hours_a_week + 1> busy_before = [] {
  std::array<std::uint64_t, hours_a_week + 1> sums{};
  for (int hour = 0; hour < hours_a_week; ++hour) {
    const int of_day = hour % 24;
    const std::uint64_t weight = of_day >= 8 && of_day < 18   ? 20
                                 : of_day >= 6 && of_day < 22 ? 6
                                                              : 1;
    const bool is_weekend = hour / 24 >= 5;
    sums[hour + 1] = sums[hour] + (is_weekend ? (weight + 3) / 4 : weight);
  }
  return sums;
}();

constexpr std::array<std::string_view, 8> actors{
    "ada@example.com",   "grace@example.com", "m\xc3\xbcller@example.com",
    "linus@example.com", "night-shift",       "\xe7\xbe\x8e\xe5\x92\xb2@example.jp",
    "omar@example.org",  "support-desk"};

struct Failure {
  ProviderErrorKind kind;
  std::optional<std::int64_t> http_status;
  std::string_view message;
  Duration latency;  ///< typical
};
constexpr std::array<Failure, 6> passing_failures{{
    {ProviderErrorKind::rate_limited, 429, "too many requests", milliseconds(120)},
    {ProviderErrorKind::overloaded, 529, "overloaded", milliseconds(300)},
    {ProviderErrorKind::server, 500, "internal server error", milliseconds(900)},
    {ProviderErrorKind::server, 503, "service unavailable", milliseconds(200)},
    {ProviderErrorKind::timeout, std::nullopt, "no answer in time", seconds(60)},
    {ProviderErrorKind::network, std::nullopt, "connection reset by peer", milliseconds(700)},
}};
constexpr std::array<Failure, 4> lasting_failures{{
    {ProviderErrorKind::context_length, 400, "the conversation is too long for the model",
     milliseconds(150)},
    {ProviderErrorKind::content_filter, 400, "refused by the content filter", milliseconds(800)},
    {ProviderErrorKind::auth, 401, "no such key", milliseconds(90)},
    {ProviderErrorKind::cancelled, std::nullopt, "cancelled by the user", seconds(4)},
}};

enum class Fate { answered, pending, failed };

/// Steele, Lea and Flood's SplitMix64: neighbouring numbers become unrelated ones.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e37'79b9'7f4a'7c15;
  value = (value ^ value >> 30) * 0xbf58'476d'1ce4'e5b9;
  value = (value ^ value >> 27) * 0x94d0'49bb'1331'11eb;
  return value ^ value >> 31;
}

UuidSource ids_of(std::uint64_t seed) { return UuidSource(RandomSource(mix(seed))); }

std::int64_t tokens_in(std::string_view text) {
  return static_cast<std::int64_t>(text.size()) / 4 + 1;
}

/// Makes one conversation.
class Maker {
 public:
  Maker(const Cast& cast, std::uint64_t seed, Timestamp start)
      : dice_(seed),
        ids_(ids_of(seed)),
        now_(start),
        agent_(dice_.pick(cast.agents)),
        llm_(cast.llms[dice_.chance(700) ? agent_.llms.front() : dice_.pick(agent_.llms)]),
        language_(pick_language(dice_)),
        actor_(dice_.pick(actors)) {}

  GeneratedConversation make(Range range) {
    model::Conversation& conversation = made_.conversation;
    conversation.created_at = now_;
    conversation.id = ids_.next(now_);
    conversation.model_id = llm_.record.id;
    conversation.primary_agent = agent_.record.id;
    conversation.primary_llm = llm_.record.id;

    std::uint64_t left = dice_.between(range.least, range.most);
    made_.messages.reserve(left);
    made_.attempts.reserve(left / 2 + most_tries);
    history_tokens_ = tokens_in(agent_.record.system_prompt);
    // Turns take an even number.
    if (left > 1 && left % 2 == 1 && dice_.chance(800)) {
      add_message("system", make_instruction(language_));
      --left;
    }
    while (left > 0) left -= add_turn(left);
    delete_some();
    return std::move(made_);
  }

 private:
  /// Returns how many messages it took, at most `left`.
  std::uint64_t add_turn(std::uint64_t left) {
    if (!made_.attempts.empty()) now_ += dice_.long_tailed(seconds(90));
    const Message& asked = add_message("user", make_question(dice_, language_));
    const Uuid asked_id = asked.id;
    if (made_.attempts.empty()) made_.conversation.title = model::title_of(asked.content);
    made_.conversation.updated_at = asked.created_at;

    Attempt attempt = make_attempt(asked_id, 0);
    switch (pick_fate(left)) {
      case Fate::answered:
        if (dice_.chance(30)) attempt = fail_and_retry(std::move(attempt), dice_.between(1, 2));
        complete(std::move(attempt));
        return 2;
      case Fate::pending: leave_pending(std::move(attempt)); return 2;
      case Fate::failed: break;
    }
    const bool may_pass = dice_.chance(600);
    if (may_pass) attempt = fail_and_retry(std::move(attempt), most_tries - 1);
    fail(attempt, may_pass ? dice_.pick(passing_failures) : dice_.pick(lasting_failures));
    made_.attempts.push_back(std::move(attempt));
    return 1;
  }

  Fate pick_fate(std::uint64_t left) {
    if (left == 1) return Fate::failed;
    if (left == 2) return dice_.chance(20) ? Fate::pending : Fate::answered;
    return dice_.chance(12) ? Fate::failed : Fate::answered;
  }

  Message& add_message(std::string_view role, std::string content) {
    now_ += microseconds(dice_.between(50, 900));
    history_tokens_ += tokens_in(content);
    Message& message = made_.messages.emplace_back();
    message.id = ids_.next(now_);
    message.conversation_id = made_.conversation.id;
    message.role = role;
    message.content = std::move(content);
    message.created_at = now_;
    return message;
  }

  Message& add_answer(Attempt& attempt, std::string content) {
    Message& message = add_message("assistant", std::move(content));
    message.agent = agent_.record.id;
    message.llm_provider = llm_.record.id;
    attempt.assistant_message_id = message.id;
    return message;
  }

  Attempt make_attempt(const Uuid& asked, std::int64_t hop) {
    now_ += microseconds(dice_.between(40, 200));
    Attempt attempt;
    attempt.id = ids_.next(now_);
    attempt.conversation_id = made_.conversation.id;
    attempt.user_message_id = asked;
    attempt.hop = hop;
    const bool is_first = made_.attempts.empty() || made_.attempts.front().user_message_id == asked;
    attempt.origin = is_first ? model::attempt_origin::start : model::attempt_origin::chat;
    attempt.actor = actor_;
    attempt.agent = agent_.record.id;
    attempt.agent_revision = agent_.revision;
    attempt.llm_provider = llm_.record.id;
    attempt.llm_revision = llm_.revision;
    attempt.provider_type = llm_.record.provider_type;
    attempt.requested_model = llm_.record.model_identifier;
    attempt.started_at = now_;
    attempt.lease_until = now_ + turn_timeout;
    return attempt;
  }

  void finish(Attempt& attempt, const char* status, Duration latency) {
    now_ += latency;
    attempt.status = status;
    attempt.latency_us = latency.count();
    attempt.finished_at = now_;
  }

  void fail(Attempt& attempt, const Failure& failure) {
    finish(attempt, model::attempt_status::failed, dice_.long_tailed(failure.latency));
    attempt.error_kind = providers::kind_name(failure.kind);
    attempt.error_message = failure.message;
    attempt.http_status = failure.http_status;
  }

  /// Fails that many times and returns the attempt after that.
  Attempt fail_and_retry(Attempt attempt, std::uint64_t times) {
    for (; times > 0; --times) {
      fail(attempt, dice_.pick(passing_failures));
      now_ += milliseconds(dice_.between(375, 500) << attempt.hop);
      made_.attempts.push_back(std::move(attempt));
      const Attempt& failed = made_.attempts.back();
      attempt = make_attempt(*failed.user_message_id, failed.hop + 1);
    }
    return attempt;
  }

  void complete(Attempt attempt) {
    std::string content = make_answer(dice_, language_);
    const std::int64_t output_tokens = tokens_in(content);
    finish(attempt, model::attempt_status::completed,
           dice_.long_tailed(milliseconds(600)) + milliseconds(12) * output_tokens);
    if (llm_.record.supports_streaming)
      attempt.first_token_us =
          *attempt.latency_us / 8 + static_cast<std::int64_t>(dice_.below(50'000));
    if (!attempt.requested_model.empty()) attempt.served_model = attempt.requested_model;
    attempt.request_id = fmt::format("req_{:016x}", dice_.bits());
    attempt.finish_reason = dice_.chance(20) ? "length" : "stop";
    if (!dice_.chance(20)) count_tokens(attempt, output_tokens);
    if (!agent_.record.tools.empty() && dice_.chance(60)) call_tool(attempt);

    Message& answer = add_answer(attempt, std::move(content));
    if (dice_.chance(4)) {
      answer.blocked = true;
      history_tokens_ -= output_tokens;
    }
    made_.attempts.push_back(std::move(attempt));
  }

  void count_tokens(Attempt& attempt, std::int64_t output_tokens) {
    attempt.usage.input_tokens = history_tokens_;
    attempt.usage.output_tokens = output_tokens;
    if (dice_.chance(30)) attempt.usage.cache_read_tokens = history_tokens_ / 2;
    if (dice_.chance(50)) attempt.usage.reasoning_tokens = output_tokens / 3;
    attempt.cost_nanousd = model::cost_of(attempt.usage, llm_.record);
  }

  void call_tool(Attempt& attempt) {
    const nlohmann::json calls = {{{"id", fmt::format("call_{:08x}", dice_.bits() >> 32)},
                                   {"name", dice_.pick(agent_.record.tools)},
                                   {"arguments", {{"query", made_.conversation.title}}}}};
    attempt.tool_calls = JsonText{canonical_json(calls)};
  }

  void leave_pending(Attempt attempt) {
    now_ += dice_.long_tailed(milliseconds(300));
    attempt.status = model::attempt_status::pending;
    add_answer(attempt, "").pending = true;
    made_.attempts.push_back(std::move(attempt));
  }

  /// Softly: now and then a message, seldom the whole conversation.
  void delete_some() {
    for (Message& message : made_.messages) {
      if (dice_.chance(3)) message.deleted_at = now_ + dice_.long_tailed(minutes(3));
    }
    if (!dice_.chance(25)) return;
    const Timestamp deleted_at = now_ + dice_.long_tailed(std::chrono::hours(20));
    made_.conversation.deleted_at = deleted_at;
    for (Message& message : made_.messages) {
      if (!message.deleted_at) message.deleted_at = deleted_at;
    }
  }

  Dice dice_;
  UuidSource ids_;
  Timestamp now_;
  const CastAgent& agent_;
  const CastLlm& llm_;
  const Language& language_;
  std::string_view actor_;
  std::int64_t history_tokens_ = 0;  ///< of what the provider would be sent now
  GeneratedConversation made_;
};

}  // namespace

Generator::Generator(Cast cast, std::uint64_t key, Range messages, Timestamp start)
    : cast_(std::move(cast)), key_(key), messages_(messages), start_(start) {}

std::uint64_t Generator::seed_of(std::uint64_t number) const { return mix(key_ ^ mix(number)); }

Timestamp Generator::start_of(std::uint64_t number) const {
  // Business so far, counted from the Monday before the start, in millionths.
  constexpr std::uint64_t million = 1'000'000;
  constexpr std::uint64_t busy_a_week = busy_before[hours_a_week] * million;
  const auto day = std::chrono::floor<std::chrono::days>(start_);
  const auto monday = day - (std::chrono::weekday(day) - std::chrono::Monday);
  const auto started_hour = std::chrono::ceil<std::chrono::hours>(start_ - monday).count();
  const std::uint64_t jitter = mix(seed_of(number)) % million;
  const std::uint64_t busy = busy_before[started_hour] * million + (number * million + jitter) *
                                                                       busy_before[hours_a_week] /
                                                                       conversations_a_week;
  const std::uint64_t in_week = busy % busy_a_week;
  int hour = 0;
  while (busy_before[hour + 1] * million <= in_week) ++hour;
  const std::uint64_t in_hour = in_week - busy_before[hour] * million;
  const std::uint64_t micros_a_busy_unit =
      3'600'000'000 / (busy_before[hour + 1] - busy_before[hour]);
  return monday + std::chrono::days(7) * static_cast<std::int64_t>(busy / busy_a_week) +
         std::chrono::hours(hour) + microseconds(in_hour * micros_a_busy_unit / million);
}

Uuid Generator::id_of(std::uint64_t number) const {
  return ids_of(seed_of(number)).next(start_of(number));
}

GeneratedConversation Generator::make(std::uint64_t number) const {
  return Maker(cast_, seed_of(number), start_of(number)).make(messages_);
}

}  // namespace llmctl::seeding
