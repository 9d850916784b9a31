#include "tests/support/faults.h"

#include <catch2/catch.hpp>
#include <thread>

#include "chat/poll.h"
#include "chat/turn.h"
#include "tests/support/chat.h"

/// What must hold when the database fails, or when two work at once.
namespace llmctl::chat {
namespace {

using test::Chat;
using test::error_from;
using test::FaultyDatabase;
using test::make_request;

/// Sends a turn through a database that refuses the Nth of these statements.
TurnResult send_with_fault(Chat& chat, std::string_view statement, int nth,
                           const TurnRequest& request) {
  int seen = 0;
  FaultyDatabase faulty(*chat.database, [&](std::string_view sql) {
    return sql.starts_with(statement) && ++seen >= nth;
  });
  Runtime runtime{faulty, chat.clock, chat.ids, chat.random, nullptr, [](std::string_view) {}};
  return send(runtime, request);
}

TEST_CASE("an answer that could not be stored is still given, and its attempt stays started") {
  struct Case {
    std::string statement;
    int nth;
  };
  // The second transaction's begin, its first row, its last one, and its end.
  const Case cases[] = {
      {"BEGIN", 2}, {"INSERT INTO messages", 2}, {"UPDATE llmctl_attempts", 1}, {"COMMIT", 2}};
  for (const Case& c : cases) {
    CAPTURE(c.statement);
    Chat chat;
    const TurnResult result = send_with_fault(chat, c.statement, c.nth, make_request("hello"));
    REQUIRE(result.not_stored);
    CHECK(result.not_stored->kind == ErrorKind::io);
    REQUIRE(result.assistant_message);
    CHECK(result.assistant_message->content ==
          "Dummy response from Default Agent using Dummy LLM: hello");
    CHECK_FALSE(result.attempt.assistant_message_id);
    CHECK(chat.count("messages") == 1);
    const auto attempts = chat.attempts();
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].status == "started");
    CHECK_FALSE(attempts[0].assistant_message_id);
    CHECK(attempts[0].lease_until > attempts[0].started_at);
  }
}

TEST_CASE("a turn that could not be begun leaves nothing") {
  struct Case {
    std::string statement;
    int nth;
  };
  const Case cases[] = {{"BEGIN", 1},
                        {"INSERT INTO conversations", 1},
                        {"INSERT INTO messages", 1},
                        {"INSERT INTO llmctl_attempts", 1},
                        {"COMMIT", 1}};
  for (const Case& c : cases) {
    CAPTURE(c.statement);
    Chat chat;
    const Error error =
        error_from([&] { send_with_fault(chat, c.statement, c.nth, make_request("hello")); });
    CHECK(error.kind == ErrorKind::io);
    CHECK(chat.count("conversations") == 0);
    CHECK(chat.count("messages") == 0);
    CHECK(chat.count("llmctl_attempts") == 0);
  }
}

TEST_CASE("a pending answer whose placeholder could not be stored is an error") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1})");
  TurnRequest request = make_request("hello");
  request.llm = "late";
  const Error error = error_from([&] { send_with_fault(chat, "BEGIN", 2, request); });
  CHECK(error.kind == ErrorKind::io);
  CHECK(chat.count("messages") == 1);
  CHECK(chat.attempts().at(0).status == "started");
}

TEST_CASE("a poll whose answer could not be stored leaves the message pending for the next") {
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1})");
  TurnRequest request = make_request("hello");
  request.llm = "late";
  request.wait = false;
  const Uuid conversation = chat.send(request).conversation.id;

  FaultyDatabase faulty(*chat.database,
                        [](std::string_view sql) { return sql.starts_with("UPDATE messages"); });
  Runtime runtime{faulty, chat.clock, chat.ids, chat.random, nullptr, [](std::string_view) {}};
  CHECK(error_from([&] { poll(runtime, {{conversation}, "bob"}); }).kind == ErrorKind::io);
  CHECK(chat.messages(conversation).at(1).pending);
  CHECK(chat.attempts().at(0).status == "pending");

  chat.clock.wall += std::chrono::minutes(10);
  CHECK(chat.poll().at(0).status == PollStatus::completed);
  CHECK(chat.messages(conversation).size() == 2);
}

TEST_CASE("pollers that race bring one completion for every message") {
  constexpr int conversations = 8;
  constexpr int pollers = 4;
  Chat chat;
  chat.add_scripted("late", R"({"pending_polls": 1, "reply": "once"})");
  std::vector<Uuid> ids;
  for (int i = 0; i < conversations; ++i) {
    TurnRequest request = make_request("hello");
    request.llm = "late";
    request.wait = false;
    ids.push_back(chat.send(request).conversation.id);
  }
  std::atomic<int> completed_by_us = 0;
  std::atomic<int> problems = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < pollers; ++i) {
    threads.emplace_back([&, i] {
      try {
        const auto database = test::open_test_database(chat.directory, storage::Access::read_write);
        const auto clock = make_frozen_clock(test::test_start + std::chrono::minutes(5));
        UuidSource uuids{RandomSource(static_cast<std::uint64_t>(100 + i))};
        RandomSource random(1);
        Runtime runtime{*database, *clock, uuids, random, nullptr, [](std::string_view) {}};
        for (const PollOutcome& outcome : poll(runtime, {ids, "racer"})) {
          if (outcome.status == PollStatus::completed && outcome.note.empty()) ++completed_by_us;
        }
      } catch (const std::exception&) {
        ++problems;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(problems == 0);
  CHECK(completed_by_us == conversations);
  CHECK(chat.count("messages WHERE content = 'once' AND pending = FALSE") == conversations);
  CHECK(chat.count("messages WHERE role = 'assistant'") == conversations);
  CHECK(chat.count("llmctl_attempts WHERE status = 'completed'") == conversations);
  CHECK(chat.count("llmctl_leases") == 0);
}

TEST_CASE("turns at once in one conversation all get their own answer") {
  Chat chat;
  const Uuid id = chat.add_conversation().id;
  std::atomic<int> problems = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      try {
        const auto database = test::open_test_database(chat.directory, storage::Access::read_write);
        const auto clock = make_frozen_clock(test::test_start);
        UuidSource uuids{RandomSource(static_cast<std::uint64_t>(200 + i))};
        RandomSource random(1);
        Runtime runtime{*database, *clock, uuids, random, nullptr, [](std::string_view) {}};
        for (int turn = 0; turn < 5; ++turn) {
          TurnRequest request = make_request("from " + std::to_string(i));
          request.conversation = id;
          const TurnResult result = send(runtime, request);
          if (!result.assistant_message->content.ends_with(": from " + std::to_string(i))) {
            ++problems;
          }
        }
      } catch (const std::exception&) {
        ++problems;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(problems == 0);
  const auto messages = chat.messages(id);
  CHECK(messages.size() == 40);
  for (std::size_t i = 1; i < messages.size(); ++i) {
    CHECK(messages[i].created_at > messages[i - 1].created_at);
  }
}

}  // namespace
}  // namespace llmctl::chat
