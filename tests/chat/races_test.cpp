#include <catch2/catch.hpp>

#include "chat/poll.h"
#include "chat/turn.h"
#include "storage/attempts.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "tests/support/chat.h"

/// What others do to a turn while it runs.
namespace llmctl::chat {
namespace {

using test::Chat;
using test::error_from;
using test::make_llm;
using test::make_request;

/// A turn that is not answered yet.
TurnResult send_pending(Chat& chat, const std::string& llm) {
  TurnRequest request = make_request("hello");
  request.llm = llm;
  request.wait = false;
  return chat.send(request);
}

TEST_CASE("a message that another poller has answered counts as completed, not as dead") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1, "reply": "here"})");
  const TurnResult sent = send_pending(chat, "late");
  chat.poll();
  // The list of pending messages was read before the other poller came.
  const PollOutcome outcome = poll_message(chat.runtime, *sent.assistant_message, "bob");
  CHECK(outcome.status == PollStatus::completed);
  CHECK(chat.attempts().size() == 1);
}

TEST_CASE("a poller that has lost its lease writes nothing") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1, "reply": "late", "tokens": {"input": 3}})");
  const TurnResult sent = send_pending(chat, "late");
  const Uuid attempt = sent.attempt.id;
  const Timestamp now = chat.clock.now();
  REQUIRE(storage::take_lease(*chat.database, attempt, "other", now, now + std::chrono::hours(1)));
  CHECK(storage::holds_lease(*chat.database, attempt, "other"));
  CHECK_FALSE(storage::holds_lease(*chat.database, attempt, "me"));
  CHECK(chat.poll().at(0).status == PollStatus::pending);
  CHECK(chat.attempts().at(0).status == "pending");
  CHECK(chat.messages(sent.conversation.id).at(1).pending);
}

TEST_CASE("a polled answer costs what the LLM cost when it was asked") {
  Chat chat;
  auto llm = make_llm("late",
                      R"({"script": {"pending_polls": 1, "tokens": {"input": 10, "output": 10}}})");
  llm.cost_per_1k_input_tokens = parse_decimal("1");
  llm.cost_per_1k_output_tokens = parse_decimal("1");
  chat.add(llm);
  send_pending(chat, "late");
  auto dearer = llm;
  dearer.cost_per_1k_input_tokens = parse_decimal("2");
  REQUIRE(storage::update(*chat.database, llm, dearer));
  chat.poll();
  CHECK(chat.attempts().at(0).cost_nanousd == 20'000'000);
}

TEST_CASE("an answer that is no text is a malformed one, and not stored") {
  for (const std::string reply : {"a\\u0000b", "\\u0000"}) {
    Chat chat;
    chat.add_scripted("odd", R"({"reply": ")" + reply + "\"}");
    CHECK(error_from([&] { chat.ask("odd"); }).name == "malformed");
    CHECK(chat.count("messages WHERE role = 'assistant'") == 0);
    CHECK(chat.attempts().at(0).error_kind == "malformed");
  }
}

TEST_CASE("what goes wrong after a turn has begun says that it was sent") {
  Chat chat;
  chat.add_scripted("never", R"({"pending_polls": 1000})");
  TurnRequest request = make_request("hello");
  request.llm = "never";
  request.timeout = std::chrono::seconds(1);
  const Error error = error_from([&] { chat.send(request); });
  CHECK(error.kind == ErrorKind::answer_pending);
  CHECK(error.stage == "sent");
}

}  // namespace
}  // namespace llmctl::chat
