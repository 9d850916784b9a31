#include "chat/attempts.h"

#include <catch2/catch.hpp>

#include "storage/revisions.h"
#include "tests/support/chat.h"

namespace llmctl::chat {
namespace {

using model::Attempt;
using test::Chat;
using test::error_from;
using test::make_agent;
using test::make_llm;
using test::make_request;

Decimal price(const char* text) { return *parse_decimal(text); }

TEST_CASE("scripted tokens cost exactly what the decimals say") {
  Chat chat;
  auto llm = make_llm("paid", R"({"script": {"tokens": {"input": 1234, "output": 567}}})");
  llm.cost_per_1k_input_tokens = price("0.000003");
  llm.cost_per_1k_output_tokens = price("9999.999999");
  chat.add(llm);
  chat.ask("paid");
  const Attempt attempt = chat.attempts().at(0);
  CHECK(attempt.usage.input_tokens == 1234);
  CHECK(attempt.usage.output_tokens == 567);
  REQUIRE(attempt.cost_nanousd == 1234 * 3 + 567 * 9'999'999'999);
  CHECK(usd_from_nano(*attempt.cost_nanousd) == "5670.000003135");
}

TEST_CASE("a cost is unknown when a price or a count is") {
  struct Case {
    std::optional<std::int64_t> input;
    std::optional<std::int64_t> output;
    std::optional<std::int64_t> cache_read;
    std::optional<Decimal> input_price;
    std::optional<Decimal> output_price;
    std::optional<std::int64_t> cost;
  };
  const Decimal one = price("1");
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const Case cases[] = {
      {10, 20, {}, one, one, 30'000'000},
      {10, 20, 0, one, one, 30'000'000},
      {0, 0, {}, one, one, 0},
      {{}, 20, {}, one, one, {}},
      {10, {}, {}, one, one, {}},
      {10, 20, {}, {}, one, {}},
      {10, 20, {}, one, {}, {}},
      {10, 20, 1, one, one, {}},
      {huge, 0, {}, one, one, {}},
      {huge / 1'000'000, huge / 1'000'000, {}, one, one, {}},
  };
  for (const Case& c : cases) {
    auto llm = make_llm("x");
    llm.cost_per_1k_input_tokens = c.input_price;
    llm.cost_per_1k_output_tokens = c.output_price;
    Attempt attempt;
    providers::ProviderResult result;
    result.usage = {c.input, c.output, c.cache_read, {}, {}};
    record_result(attempt, result, llm, test::test_start, {});
    CHECK(attempt.cost_nanousd == c.cost);
  }
}

TEST_CASE("scripted latency is slept on the clock and recorded") {
  Chat chat;
  chat.add_scripted("slow", R"({"latency": "2500ms"})");
  chat.ask("slow");
  CHECK(chat.attempts().at(0).latency_us == 2'500'000);
  CHECK(chat.clock.slept == std::vector<Duration>{std::chrono::milliseconds(2500)});
}

TEST_CASE("a failure that may pass is retried, and every try leaves a row") {
  Chat chat;
  chat.add_scripted("flaky", R"({"fail": {"kind": "overloaded", "http_status": 529, "times": 2}})");
  const TurnResult result = chat.ask("flaky");
  const auto attempts = chat.attempts();
  REQUIRE(attempts.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(attempts[i].hop == static_cast<std::int64_t>(i));
    CHECK(attempts[i].user_message_id == result.user_message.id);
    CHECK(attempts[i].llm_provider == "flaky");
    CHECK(attempts[i].llm_revision == attempts[0].llm_revision);
    CHECK(attempts[i].finished_at);
  }
  CHECK(attempts[0].status == "failed");
  CHECK(attempts[0].error_kind == "overloaded");
  CHECK(attempts[0].http_status == 529);
  CHECK_FALSE(attempts[0].assistant_message_id);
  CHECK(attempts[2].status == "completed");
  CHECK_FALSE(attempts[2].error_kind);
  CHECK(attempts[2].assistant_message_id == result.assistant_message->id);
  CHECK(chat.messages(result.conversation.id).size() == 2);

  REQUIRE(chat.clock.slept.size() == 2);
  CHECK(chat.clock.slept[0] >= std::chrono::milliseconds(375));
  CHECK(chat.clock.slept[0] <= std::chrono::milliseconds(500));
  CHECK(chat.clock.slept[1] >= std::chrono::milliseconds(750));
  CHECK(chat.clock.slept[1] <= std::chrono::milliseconds(1000));
}

TEST_CASE("a failure that stays ends the command, named after its kind, without an answer stored") {
  struct Case {
    std::string kind;
    ErrorKind error;
    std::size_t tries;
  };
  const Case cases[] = {
      {"rate_limited", ErrorKind::unavailable, 3},
      {"overloaded", ErrorKind::unavailable, 3},
      {"server", ErrorKind::unavailable, 3},
      {"timeout", ErrorKind::unavailable, 3},
      {"network", ErrorKind::unavailable, 3},
      {"tls", ErrorKind::unavailable, 3},
      {"auth", ErrorKind::provider_refused, 1},
      {"quota", ErrorKind::provider_refused, 1},
      {"not_found", ErrorKind::provider_refused, 1},
      {"invalid_request", ErrorKind::provider_refused, 1},
      {"context_length", ErrorKind::provider_refused, 1},
      {"content_filter", ErrorKind::provider_refused, 1},
      {"malformed", ErrorKind::provider_refused, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.kind);
    Chat chat;
    chat.add_scripted("broken", R"({"fail": {"message": "no luck", "kind": ")" + c.kind + "\"}}");
    const Error error = error_from([&] { chat.ask("broken"); });
    CHECK(error.kind == c.error);
    CHECK(error.name == c.kind);
    const std::string kind = c.kind;
    const bool unanswered = kind == "timeout" || kind == "network" || kind == "tls";
    CHECK(error.stage == (unanswered ? "sent" : "answered"));
    CHECK(error.what() == "LLM 'broken' gave no answer (" + c.kind + "): no luck");
    const auto attempts = chat.attempts();
    CHECK(attempts.size() == c.tries);
    for (const Attempt& attempt : attempts) {
      CHECK(attempt.status == "failed");
      CHECK(attempt.error_kind == c.kind);
      CHECK(attempt.error_message == "no luck");
      CHECK_FALSE(attempt.assistant_message_id);
    }
    CHECK(chat.count("messages WHERE role = 'user'") == 1);
    CHECK(chat.count("messages") == 1);
  }
}

TEST_CASE("retries can be counted, and end with the turn's time") {
  Chat chat;
  chat.add_scripted("down", R"({"fail": {}, "latency": "1s"})");
  TurnRequest request = make_request("hello");
  request.llm = "down";
  request.retries = 0;
  error_from([&] { chat.send(request); });
  CHECK(chat.attempts().size() == 1);

  request.retries = 10;
  request.timeout = std::chrono::milliseconds(2400);
  error_from([&] { chat.send(request); });
  // A second of answering, half a second of pause, and what is left cuts the second try short.
  const auto attempts = chat.attempts();
  REQUIRE(attempts.size() == 3);
  CHECK(attempts[1].error_kind == "server");
  CHECK(attempts[2].error_kind == "timeout");
  CHECK(chat.clock.steady <= std::chrono::seconds(1) + request.timeout);
}

TEST_CASE("a turn keeps one revision per content of its agent and LLM") {
  Chat chat;
  chat.add(make_llm("fast"));
  auto agent = make_agent("law", "fast");
  agent.system_prompt = "be strict";
  chat.add(agent);
  TurnRequest request = make_request("hello");
  request.agent = "law";
  chat.send(request);
  chat.send(request);
  auto attempts = chat.attempts();
  CHECK(chat.count("llmctl_revisions") == 2);
  CHECK(attempts[0].agent_revision == attempts[1].agent_revision);
  CHECK(attempts[0].llm_revision == attempts[1].llm_revision);
  CHECK(attempts[0].agent_revision != attempts[0].llm_revision);

  chat.database->execute("UPDATE agents SET system_prompt = 'be kind' WHERE id = 'law'");
  chat.send(request);
  attempts = chat.attempts();
  CHECK(chat.count("llmctl_revisions") == 3);
  CHECK(attempts[2].agent_revision != attempts[1].agent_revision);
  CHECK(attempts[2].llm_revision == attempts[1].llm_revision);
  const auto before = storage::find_revision(*chat.database, *attempts[1].agent_revision);
  const auto after = storage::find_revision(*chat.database, *attempts[2].agent_revision);
  REQUIRE(before);
  REQUIRE(after);
  CHECK_THAT(before->content.text, Catch::Contains("be strict"));
  CHECK_THAT(after->content.text, Catch::Contains("be kind"));
  CHECK(after->actor == "outside llmctl");
  CHECK(after->object_id == "law");
}

TEST_CASE("an error that only the turn's row knows is still explained") {
  Attempt attempt;
  attempt.http_status = 503;
  const Error error = error_of(attempt);
  CHECK(error.kind == ErrorKind::unavailable);
  CHECK(error.what() ==
        std::string("LLM 'dummy' gave no answer (server, HTTP 503): no reason given"));
}

}  // namespace
}  // namespace llmctl::chat
