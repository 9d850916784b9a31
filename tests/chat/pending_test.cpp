#include <catch2/catch.hpp>

#include "chat/poll.h"
#include "chat/turn.h"
#include "tests/support/chat.h"

/// Answers that come later, and conversations where several turns run at once.
namespace llmctl::chat {
namespace {

using model::Message;
using test::Chat;
using test::error_from;
using test::make_agent;
using test::make_request;

TurnRequest request_to(const std::string& llm, bool wait = true) {
  TurnRequest request = make_request("hello");
  request.llm = llm;
  request.wait = wait;
  return request;
}

TEST_CASE("a turn that does not wait leaves one pending message and one pending attempt") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 2})");
  const TurnResult result = chat.send(request_to("late", false));
  REQUIRE(result.assistant_message);
  CHECK(result.assistant_message->pending);
  const auto messages = chat.messages(result.conversation.id);
  REQUIRE(messages.size() == 2);
  CHECK(messages[1].pending);
  CHECK(messages[1].content.empty());
  CHECK(messages[1].llm_provider == "late");
  const auto attempt = chat.attempts().at(0);
  CHECK(attempt.status == "pending");
  CHECK(attempt.assistant_message_id == messages[1].id);
  CHECK_FALSE(attempt.finished_at);
  CHECK_FALSE(attempt.latency_us);
}

TEST_CASE("polling completes the pending message once, at the Nth poll") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 3, "reply": "at last", "tokens": {"input": 1}})");
  const TurnResult sent = chat.send(request_to("late", false));
  const Uuid conversation = sent.conversation.id;
  for (int i = 0; i < 2; ++i) {
    const auto outcomes = chat.poll({conversation});
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].status == PollStatus::pending);
    CHECK(outcomes[0].note.empty());
    CHECK(chat.messages(conversation).at(1).pending);
  }
  const auto outcomes = chat.poll();
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].status == PollStatus::completed);
  CHECK(outcomes[0].conversation_id == conversation);
  CHECK(outcomes[0].message_id == sent.assistant_message->id);
  CHECK(outcomes[0].llm == "late");

  const auto messages = chat.messages(conversation);
  REQUIRE(messages.size() == 2);
  CHECK(messages[1].id == sent.assistant_message->id);
  CHECK(messages[1].content == "at last");
  CHECK_FALSE(messages[1].pending);
  const auto attempts = chat.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].status == "completed");
  CHECK(attempts[0].usage.input_tokens == 1);
  CHECK(attempts[0].finished_at);
  CHECK(chat.count("llmctl_leases") == 0);
  CHECK(storage::find_conversation(*chat.database, conversation)->updated_at >
        sent.conversation.updated_at);

  CHECK(chat.poll({conversation}).at(0).status == PollStatus::idle);
  CHECK(chat.poll().empty());
}

TEST_CASE("a turn waits for its pending answer") {
  Chat chat;
  chat.add(make_agent("law"));
  chat.add_scripted("late", R"({"pending_polls": 4})");
  TurnRequest request = request_to("late");
  request.agent = "law";
  const TurnResult result = chat.send(request);
  CHECK(result.assistant_message->content == "Dummy response from Agent law using LLM late: hello");
  CHECK_FALSE(result.assistant_message->pending);
  CHECK(result.attempt.status == "completed");
  CHECK(chat.clock.slept.size() == 4);
  CHECK(chat.attempts().size() == 1);
  CHECK(chat.count("llmctl_leases") == 0);
}

TEST_CASE("a turn stops waiting at its timeout, and the answer stays pending") {
  Chat chat;
  chat.add_scripted("never", R"({"pending_polls": 1000})");
  TurnRequest request = request_to("never");
  request.timeout = std::chrono::seconds(3);
  const Error error = error_from([&] { chat.send(request); });
  CHECK(error.kind == ErrorKind::answer_pending);
  CHECK(error.stage == "sent");
  const Uuid conversation = chat.attempts().at(0).conversation_id;
  CHECK(error.what() == "no answer yet in conversation '" + to_string(conversation) + "'");
  CHECK(error.hint == "llmctl poll " + to_string(conversation));
  CHECK(chat.clock.steady <= request.timeout);
  CHECK(chat.clock.steady > std::chrono::seconds(1));
  CHECK(chat.attempts().at(0).status == "pending");
}

TEST_CASE("polling the Dummy with a pending message stays pending and writes nothing") {
  Chat chat;
  chat.add(test::make_llm("dummy"));
  const Uuid conversation = chat.add_conversation("dummy").id;
  chat.add_message(conversation, "user", "hello");
  const Message waiting = chat.add_message(conversation, "assistant", "", "dummy", true);
  const auto before = chat.count("llmctl_leases") + chat.count("llmctl_attempts");
  const auto outcomes = chat.poll({conversation});
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].status == PollStatus::pending);
  CHECK(outcomes[0].message_id == waiting.id);
  CHECK(outcomes[0].llm == "dummy");
  CHECK(outcomes[0].note == "its LLM answers at once, so nothing will ever come");
  CHECK(chat.count("llmctl_leases") + chat.count("llmctl_attempts") == before);
  CHECK_FALSE(chat.database->has_written());
  CHECK(chat.messages(conversation).at(1).pending);
}

TEST_CASE("a conversation that waits for nothing is idle") {
  Chat chat;
  const Uuid conversation = chat.add_conversation().id;
  const auto outcomes = chat.poll({conversation});
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].status == PollStatus::idle);
  CHECK_FALSE(outcomes[0].message_id);
  CHECK(chat.poll().empty());
}

TEST_CASE("polling an unknown or deleted conversation is refused") {
  Chat chat;
  CHECK(error_from([&] { chat.poll({Uuid{}}); }).kind == ErrorKind::not_found);
  const Uuid id = chat.add_conversation().id;
  storage::delete_conversation(*chat.database, id, chat.clock.now());
  CHECK(error_from([&] { chat.poll({id}); }).kind == ErrorKind::not_found);
}

TEST_CASE("a pending message that the backend wrote gets an attempt and its answer") {
  struct Case {
    std::optional<std::string> message_llm;
    std::optional<std::string> conversation_llm;
    std::optional<std::string> earlier_llm;
  };
  const Case cases[] = {{"late", "other", "other"}, {{}, "late", "other"}, {{}, {}, "late"}};
  for (const Case& c : cases) {
    Chat chat;
    chat.add_scripted("late", R"({"pending_polls": 1, "reply": "{turn}: {message}"})");
    chat.add(test::make_llm("other"));
    const Uuid conversation = chat.add_conversation(c.conversation_llm).id;
    chat.add_message(conversation, "user", "first");
    chat.add_message(conversation, "assistant", "answer", c.earlier_llm);
    chat.add_message(conversation, "user", "second");
    const Message waiting = chat.add_message(conversation, "assistant", "", c.message_llm, true);
    CHECK(chat.poll().at(0).status == PollStatus::completed);
    const auto stored = storage::find_message(*chat.database, waiting.id);
    CHECK(stored->content == "2: second");
    CHECK_FALSE(stored->pending);
    const auto attempts = chat.attempts();
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].origin == "backend");
    CHECK(attempts[0].actor == "bob");
    CHECK(attempts[0].llm_provider == "late");
    CHECK(attempts[0].assistant_message_id == waiting.id);
    CHECK(attempts[0].status == "completed");
  }
}

TEST_CASE("a placeholder that the backend left behind a newer answer is reported as orphaned") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1})");
  const Uuid conversation = chat.add_conversation("late").id;
  chat.add_message(conversation, "user", "hello");
  chat.add_message(conversation, "assistant", "", "late", true);
  chat.add_message(conversation, "assistant", "the answer", "late");
  const auto outcomes = chat.poll();
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].status == PollStatus::pending);
  CHECK_THAT(outcomes[0].note, Catch::StartsWith("orphaned"));
  CHECK(chat.count("llmctl_attempts") == 0);
}

TEST_CASE("a message whose attempt has ended is dead") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1})");
  const TurnResult sent = chat.send(request_to("late", false));
  model::Attempt attempt = sent.attempt;
  attempt.status = "failed";
  attempt.error_message = "expired";
  storage::update_attempt(*chat.database, attempt);
  const auto outcomes = chat.poll();
  CHECK(outcomes.at(0).status == PollStatus::dead);
  CHECK(outcomes.at(0).note == "expired");
  CHECK(chat.messages(sent.conversation.id).at(1).pending);
}

TEST_CASE("one message that cannot be asked for does not keep the others from their answers") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1})");
  auto remote = test::make_llm("remote");
  remote.provider_type = "intercom";
  chat.add(remote);
  const Uuid first = chat.add_conversation("remote").id;
  chat.add_message(first, "assistant", "", "remote", true);
  chat.send(request_to("late", false));
  const auto outcomes = chat.poll();
  REQUIRE(outcomes.size() == 2);
  CHECK(outcomes[0].status == PollStatus::failed);
  CHECK(outcomes[0].error == ErrorKind::configuration);
  CHECK(outcomes[0].conversation_id == first);
  CHECK_THAT(outcomes[0].note, Catch::Contains("not implemented"));
  CHECK(outcomes[1].status == PollStatus::completed);
}

TEST_CASE("while another poller holds the lease nobody asks") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1})");
  const TurnResult sent = chat.send(request_to("late", false));
  const Timestamp now = chat.clock.now();
  REQUIRE(storage::take_lease(*chat.database, sent.attempt.id, "other", now,
                              now + std::chrono::minutes(1)));
  auto outcomes = chat.poll();
  CHECK(outcomes.at(0).status == PollStatus::pending);
  CHECK(outcomes.at(0).note == "another poller is asking");
  CHECK(chat.messages(sent.conversation.id).at(1).pending);

  chat.clock.wall += std::chrono::minutes(1);
  CHECK(chat.poll().at(0).status == PollStatus::completed);
}

TEST_CASE("a pending turn is answered for its own message, whatever was said meanwhile") {
  Chat chat;
  chat.add_scripted("late",
                    R"({"sequence": [{"pending_polls": 1, "reply": "{turn}: {message}"}, {}]})");
  const TurnResult first = chat.send(request_to("late", false));
  // A second turn began before the first one's placeholder was written.
  Message second;
  second.created_at = first.user_message.created_at + Duration{1};
  second.id = chat.ids.next(second.created_at);
  second.conversation_id = first.conversation.id;
  second.role = "user";
  second.content = "something else";
  storage::insert_message(*chat.database, second);

  const auto outcomes = chat.poll();
  CHECK(outcomes.at(0).status == PollStatus::completed);
  CHECK(storage::find_message(*chat.database, first.assistant_message->id)->content == "1: hello");
}

}  // namespace
}  // namespace llmctl::chat
