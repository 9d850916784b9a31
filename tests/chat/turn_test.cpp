#include "chat/turn.h"

#include <catch2/catch.hpp>

#include "tests/support/chat.h"
#include "tests/support/inspector.h"

namespace llmctl::chat {
namespace {

using model::Message;
using test::Chat;
using test::error_from;
using test::make_agent;
using test::make_llm;
using test::make_request;

TEST_CASE("a turn creates a conversation with its agent and LLM") {
  Chat chat;
  chat.add(make_llm("fast"));
  chat.add(make_agent("law"));
  TurnRequest request = make_request("hello");
  request.agent = "law";
  request.llm = "fast";
  const TurnResult result = chat.send(request);

  const auto stored = storage::find_conversation(*chat.database, result.conversation.id);
  REQUIRE(stored);
  CHECK(stored->primary_agent == "law");
  CHECK(stored->primary_llm == "fast");
  CHECK(stored->model_id == "fast");
  CHECK(stored->title == "hello");
  CHECK(result.agent->id == "law");
  CHECK(chat.notes.empty());
}

TEST_CASE("the assistant's message carries agent and LLM, the user's carries neither") {
  Chat chat;
  chat.add(make_llm("fast"));
  chat.add(make_agent("law"));
  TurnRequest request = make_request("hello");
  request.agent = "law";
  request.llm = "fast";
  const auto messages = chat.messages(chat.send(request).conversation.id);

  REQUIRE(messages.size() == 2);
  CHECK(messages[0].role == "user");
  CHECK(messages[0].content == "hello");
  CHECK_FALSE(messages[0].agent);
  CHECK_FALSE(messages[0].llm_provider);
  CHECK(messages[1].role == "assistant");
  CHECK(messages[1].content == "Dummy response from Agent law using LLM fast: hello");
  CHECK(messages[1].agent == "law");
  CHECK(messages[1].llm_provider == "fast");
  CHECK_FALSE(messages[1].pending);
  CHECK(messages[0].created_at < messages[1].created_at);
}

TEST_CASE("a finished turn leaves one completed attempt that names everything it used") {
  Chat chat;
  auto llm = make_llm("fast");
  llm.model_identifier = "fast-1";
  chat.add(llm);
  chat.add(make_agent("law"));
  TurnRequest request = make_request("hello");
  request.agent = "law";
  request.llm = "fast";
  const TurnResult result = chat.send(request);

  const auto attempts = chat.attempts();
  REQUIRE(attempts.size() == 1);
  const model::Attempt& attempt = attempts[0];
  CHECK(attempt.id == result.attempt.id);
  CHECK(attempt.conversation_id == result.conversation.id);
  CHECK(attempt.user_message_id == result.user_message.id);
  CHECK(attempt.assistant_message_id == result.assistant_message->id);
  CHECK(attempt.hop == 0);
  CHECK(attempt.status == "completed");
  CHECK(attempt.origin == "start");
  CHECK(attempt.actor == "ada");
  CHECK(attempt.agent == "law");
  CHECK(attempt.llm_provider == "fast");
  CHECK(attempt.provider_type == "custom");
  CHECK(attempt.requested_model == "fast-1");
  CHECK(attempt.served_model == "fast-1");
  CHECK(attempt.finish_reason == "stop");
  CHECK_FALSE(attempt.cost_nanousd);
  CHECK_FALSE(attempt.usage.input_tokens);
  CHECK(attempt.lease_until - attempt.started_at == request.timeout);
  CHECK(attempt.finished_at > attempt.started_at);

  TurnRequest second = make_request("again");
  second.conversation = result.conversation.id;
  chat.send(second);
  CHECK(chat.attempts().at(1).origin == "chat");
}

TEST_CASE("a turn falls back to the agent's default LLM and saves it") {
  Chat chat;
  chat.add(make_llm("fast"));
  chat.add(make_agent("law", "fast"));
  TurnRequest request = make_request("hello");
  request.agent = "law";
  const TurnResult result = chat.send(request);
  CHECK(result.assistant_message->llm_provider == "fast");
  const auto stored = storage::find_conversation(*chat.database, result.conversation.id);
  CHECK(stored->primary_llm == "fast");
  CHECK(stored->model_id == "fast");
}

TEST_CASE("without any LLM the Dummy answers, and says so") {
  const bool with_row = GENERATE(true, false);
  CAPTURE(with_row);
  Chat chat;
  if (with_row) chat.add(make_llm("dummy"));
  const TurnResult result = chat.send(make_request("hello"));
  CHECK(result.assistant_message->content ==
        (with_row ? "Dummy response from Default Agent using LLM dummy: hello"
                  : "Dummy response from Default Agent using Dummy LLM: hello"));
  CHECK(result.assistant_message->llm_provider ==
        (with_row ? std::optional<std::string>("dummy") : std::nullopt));
  const auto stored = storage::find_conversation(*chat.database, result.conversation.id);
  CHECK(stored->model_id == "dummy");
  CHECK_FALSE(stored->primary_llm);
  REQUIRE(chat.notes.size() == 1);
  CHECK_THAT(chat.notes[0], Catch::Contains("the Dummy answers"));
}

TEST_CASE("naming another agent or LLM on a conversation makes it the primary one") {
  Chat chat;
  chat.add(make_llm("fast"));
  chat.add(make_llm("slow"));
  chat.add(make_agent("law"));
  chat.add(make_agent("tax"));
  TurnRequest request = make_request("hello");
  request.agent = "law";
  request.llm = "fast";
  const Uuid id = chat.send(request).conversation.id;

  request = make_request("again");
  request.conversation = id;
  request.agent = "tax";
  request.llm = "slow";
  chat.send(request);
  auto stored = storage::find_conversation(*chat.database, id);
  CHECK(stored->primary_agent == "tax");
  CHECK(stored->primary_llm == "slow");
  CHECK(stored->model_id == "slow");
  CHECK(stored->title == "hello");

  request = make_request("once more");
  request.conversation = id;
  const TurnResult third = chat.send(request);
  CHECK(third.assistant_message->agent == "tax");
  CHECK(third.assistant_message->llm_provider == "slow");
  CHECK(third.assistant_message->content ==
        "Dummy response from Agent tax using LLM slow: once more");
}

TEST_CASE("an LLM may be named by its model when only one has it") {
  Chat chat;
  auto llm = make_llm("fast");
  llm.model_identifier = "m-1";
  chat.add(llm);
  CHECK(chat.ask("m-1").conversation.primary_llm == "fast");
  llm.id = "also";
  chat.add(llm);
  const Error error = error_from([&] { chat.ask("m-1"); });
  CHECK(error.kind == ErrorKind::usage);
  CHECK(error.what() == std::string("several providers run model 'm-1': also, fast"));
}

TEST_CASE(
    "an agent or LLM that is unknown, inactive or not allowed is refused, and nothing stored") {
  struct Case {
    std::optional<std::string> agent;
    std::optional<std::string> llm;
    ErrorKind kind;
    std::string message;
    std::string hint;
  };
  const Case cases[] = {
      {{}, "fsat", ErrorKind::not_found, "no provider 'fsat'", "did you mean 'fast'?"},
      {"lwa", {}, ErrorKind::not_found, "no agent 'lwa'", "did you mean 'law'?"},
      {{}, "off", ErrorKind::refused, "provider 'off' is inactive", "llmctl provider enable off"},
      {"retired", "fast", ErrorKind::refused, "agent 'retired' is inactive",
       "llmctl agent enable retired"},
      {"law", {}, ErrorKind::refused, "provider 'off' is inactive", "llmctl provider enable off"},
      {"picky", "fast", ErrorKind::refused, "agent 'picky' may not use LLM 'fast'",
       "allowed: slow; llmctl agent set picky allowed_llms=slow,fast allows it, too"},
      {"picky",
       {},
       ErrorKind::refused,
       "agent 'picky' may not use LLM 'dummy'",
       "allowed: slow; llmctl agent set picky allowed_llms=slow,dummy allows it, too"},
      {{},
       "remote",
       ErrorKind::configuration,
       "provider type 'intercom' of LLM 'remote' is not implemented in this version of llmctl",
       "llmctl chat -m dummy answers without a provider"},
      {{},
       "bad",
       ErrorKind::configuration,
       "LLM 'bad': configuration.script has an unknown key 'replay'",
       "did you mean 'reply'?"},
  };
  Chat chat;
  chat.add(make_llm("fast"));
  chat.add(make_llm("slow"));
  auto off = make_llm("off");
  off.is_active = false;
  chat.add(off);
  auto remote = make_llm("remote");
  remote.provider_type = "intercom";
  chat.add(remote);
  chat.add_scripted("bad", R"({"replay": "x"})");
  chat.add(make_agent("law", "off"));
  chat.add(make_agent("picky", {}, {"slow"}));
  auto retired = make_agent("retired");
  retired.is_active = false;
  chat.add(retired);

  for (const Case& c : cases) {
    CAPTURE(c.message);
    TurnRequest request = make_request("hello");
    request.agent = c.agent;
    request.llm = c.llm;
    const Error error = error_from([&] { chat.send(request); });
    CHECK(error.kind == c.kind);
    CHECK(error.what() == c.message);
    CHECK(error.hint == c.hint);
    CHECK(chat.count("conversations") == 0);
    CHECK(chat.count("messages") == 0);
    CHECK(chat.count("llmctl_attempts") == 0);
    CHECK(chat.count("llmctl_revisions") == 0);
  }

  TurnRequest allowed = make_request("hello");
  allowed.agent = "picky";
  allowed.llm = "slow";
  CHECK(chat.send(allowed).assistant_message->llm_provider == "slow");
}

TEST_CASE("an LLM that is gone is not answered for by the Dummy") {
  Chat chat;
  const Uuid id = chat.add_conversation().id;
  test::Inspector raw(chat.directory / "test.db");
  raw.execute("PRAGMA foreign_keys=OFF; UPDATE conversations SET primary_llm_id = 'gone'");
  TurnRequest request = make_request("hello");
  request.conversation = id;
  Error error = error_from([&] { chat.send(request); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.what() == std::string("no provider 'gone'"));

  chat.add(make_agent("law"));
  raw.execute("UPDATE agents SET default_llm_id = 'gone too'");
  request = make_request("hello");
  request.agent = "law";
  error = error_from([&] { chat.send(request); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.what() == std::string("no provider 'gone too'"));
  CHECK(chat.count("messages") == 0);
}

TEST_CASE("a title is the first 50 code points of the message, with dots when it is longer") {
  const std::string fifty = std::string(46, 'a') + "\u00e9\u20ac\U0001F600!";
  struct Case {
    std::string message;
    std::string title;
  };
  const Case cases[] = {{"hi", "hi"}, {fifty, fifty}, {fifty + "x", fifty + "..."}};
  for (const Case& c : cases) {
    Chat chat;
    const Uuid id = chat.send(make_request(c.message)).conversation.id;
    CHECK(storage::find_conversation(*chat.database, id)->title == c.title);
  }
}

TEST_CASE("a conversation that is unknown or deleted is refused") {
  Chat chat;
  const Uuid id = chat.send(make_request("hello")).conversation.id;
  storage::delete_conversation(*chat.database, id, chat.clock.now());
  TurnRequest request = make_request("again");
  request.conversation = id;
  Error error = error_from([&] { chat.send(request); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.what() == "conversation '" + to_string(id) + "' is deleted");
  CHECK(error.hint == "llmctl conversation restore " + to_string(id));

  request.conversation = Uuid{};
  error = error_from([&] { chat.send(request); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(chat.count("messages") == 2);
}

TEST_CASE("a message that no conversation may hold is refused before anything is stored") {
  struct Case {
    std::string message;
    std::string complaint;
  };
  const Case cases[] = {
      {"", "the message is empty"},
      {" \t\r\n", "the message is empty"},
      {std::string("a\0b", 3), "the message has a NUL byte at byte 2"},
      {"ab\xff", "the message is not UTF-8 at byte 3"},
      {"\xc0\x80", "the message is not UTF-8 at byte 1"},
      {std::string(8'000'001, 'x'),
       "the message is longer than the 8000000 bytes that a turn may have"},
  };
  Chat chat;
  for (const Case& c : cases) {
    const Error error = error_from([&] { chat.send(make_request(c.message)); });
    CHECK(error.kind == ErrorKind::invalid_data);
    CHECK(error.what() == c.complaint);
    CHECK(chat.count("conversations") == 0);
  }
  TurnRequest request = make_request("fine");
  request.system = "";
  CHECK(error_from([&] { chat.send(request); }).what() ==
        std::string("the system message is empty"));
}

TEST_CASE("a system message is stored before the user's") {
  Chat chat;
  TurnRequest request = make_request("hello");
  request.system = "be brief";
  const auto messages = chat.messages(chat.send(request).conversation.id);
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].role == "system");
  CHECK(messages[0].content == "be brief");
  CHECK(messages[1].role == "user");
}

TEST_CASE("created_at never goes backwards in a conversation, also when the clock does") {
  Chat chat;
  const Uuid id = chat.send(make_request("one")).conversation.id;
  chat.clock.wall -= std::chrono::hours(1);
  TurnRequest request = make_request("two");
  request.conversation = id;
  chat.send(request);
  const auto messages = chat.messages(id);
  REQUIRE(messages.size() == 4);
  CHECK(messages[2].content == "two");
  for (std::size_t i = 1; i < messages.size(); ++i) {
    CHECK(messages[i].created_at > messages[i - 1].created_at);
    CHECK(messages[i].id > messages[i - 1].id);
  }
}

}  // namespace
}  // namespace llmctl::chat
