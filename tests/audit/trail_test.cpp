#include "audit/trail.h"

#include <catch2/catch.hpp>

#include "tests/support/chat.h"

namespace llmctl::audit {
namespace {

using test::Chat;
using test::error_from;
using test::make_agent;
using test::make_llm;
using test::make_request;

/// Three turns: ada with agent law and LLM fast; bob with LLM slow in another conversation; ada
/// with LLM broken, which fails. Plus a blocked and a deleted message.
struct Trail {
  Chat chat;
  chat::TurnResult first;
  chat::TurnResult second;
  Timestamp between;
  Uuid blocked;
  Uuid deleted;
  Uuid failed_conversation;

  Trail() {
    chat.add(make_llm("fast"));
    chat.add(make_llm("slow"));
    chat.add_scripted("broken", R"({"fail": {"kind": "server", "times": 9}})");
    chat.add(make_agent("law"));
    auto request = make_request("one");
    request.agent = "law";
    request.llm = "fast";
    first = chat.send(request);
    between = chat.clock.now();
    request = make_request("two");
    request.llm = "slow";
    request.actor = "bob";
    second = chat.send(request);
    request = make_request("three");
    request.llm = "broken";
    request.retries = 1;
    error_from([&] { chat.send(request); });
    failed_conversation = chat.attempts().back().conversation_id;
    blocked = chat.add_message(first.conversation.id, "user", "blocked").id;
    chat.database->execute("UPDATE messages SET blocked = TRUE WHERE id = ?1", {blocked});
    deleted = chat.add_message(first.conversation.id, "system", "deleted").id;
    chat.database->execute("UPDATE messages SET deleted_at = created_at WHERE id = ?1", {deleted});
  }

  std::vector<std::string> contents(const Filter& filter, bool oldest_first = true) {
    std::vector<std::string> texts;
    for (const auto& entry :
         list_messages(*chat.database, filter, {std::nullopt, "", oldest_first}).entries) {
      // Answers are long: what they echo is enough.
      const std::string& text = entry.message.content;
      texts.push_back(entry.message.role == "assistant" ? "re " + text.substr(text.rfind(' ') + 1)
                                                        : text);
    }
    return texts;
  }
};

using Texts = std::vector<std::string>;

TEST_CASE("each filter narrows the list of messages, alone and with others") {
  Trail trail;
  struct Case {
    std::string name;
    Filter filter;
    Texts contents;
  };
  const auto filter = [](auto set) {
    Filter made;
    set(made);
    return made;
  };
  const Case cases[] = {
      {"none", {}, {"one", "re one", "two", "re two", "three", "blocked"}},
      {"since",
       filter([&](Filter& f) { f.since = trail.second.user_message.created_at; }),
       {"two", "re two", "three", "blocked"}},
      {"until",
       filter([&](Filter& f) { f.until = trail.second.user_message.created_at; }),
       {"one", "re one"}},
      {"agent", filter([](Filter& f) { f.agent = "law"; }), {"re one"}},
      {"llm", filter([](Filter& f) { f.llm = "slow"; }), {"re two"}},
      {"conversation",
       filter([&](Filter& f) { f.conversation = trail.first.conversation.id; }),
       {"one", "re one", "blocked"}},
      {"role", filter([](Filter& f) { f.role = "user"; }), {"one", "two", "three", "blocked"}},
      {"completed", filter([](Filter& f) { f.status = "completed"; }), {"re one", "re two"}},
      {"failed", filter([](Filter& f) { f.status = "failed"; }), {"three"}},
      {"actor", filter([](Filter& f) { f.actor = "bob"; }), {"re two"}},
      {"blocked", filter([](Filter& f) { f.blocked = true; }), {"blocked"}},
      {"deleted", filter([](Filter& f) { f.deleted = true; }), {"deleted"}},
      {"role and since",
       filter([&](Filter& f) {
         f.role = "user";
         f.since = trail.between;
       }),
       {"two", "three", "blocked"}},
      {"llm and agent",
       filter([](Filter& f) {
         f.agent = "law";
         f.llm = "slow";
       }),
       {}},
      {"everything at once",
       filter([&](Filter& f) {
         f.since = test::test_start;
         f.until = trail.between;
         f.agent = "law";
         f.llm = "fast";
         f.conversation = trail.first.conversation.id;
         f.status = "completed";
         f.actor = "ada";
         f.role = "assistant";
       }),
       {"re one"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(trail.contents(c.filter) == c.contents);
    Texts newest_first = c.contents;
    std::ranges::reverse(newest_first);
    CHECK(trail.contents(c.filter, false) == newest_first);
  }
}

TEST_CASE("an attempt stands on the answer's row, on the user's only when there is none") {
  Trail trail;
  const auto list = list_messages(*trail.chat.database, {}, {std::nullopt, "", true});
  REQUIRE(list.entries.size() == 6);
  CHECK_FALSE(list.entries[0].attempt);
  REQUIRE(list.entries[1].attempt);
  CHECK(list.entries[1].attempt->id == trail.first.attempt.id);
  REQUIRE(list.entries[4].attempt);
  CHECK(list.entries[4].attempt->status == "failed");
  CHECK(list.entries[4].attempt->hop == 1);
  CHECK_FALSE(list.entries[5].attempt);
}

TEST_CASE("a turn that a later try answered shows no failure on the user's row") {
  Chat chat;
  chat.add_scripted("flaky", R"({"fail": {"times": 1}})");
  chat.ask("flaky");
  const auto list = list_messages(*chat.database, {}, {std::nullopt, "", true});
  REQUIRE(list.entries.size() == 2);
  CHECK_FALSE(list.entries[0].attempt);
  CHECK(list.entries[1].attempt->status == "completed");
  CHECK(list.entries[1].attempt->hop == 1);
}

TEST_CASE("the list of messages goes on at its cursor") {
  Trail trail;
  storage::Page page{4, "", false};
  const MessageList first = list_messages(*trail.chat.database, {}, page);
  CHECK(first.entries.size() == 4);
  page.cursor = first.next_cursor;
  trail.chat.add_message(trail.first.conversation.id, "user", "newer");
  const MessageList second = list_messages(*trail.chat.database, {}, page);
  REQUIRE(second.entries.size() == 2);
  CHECK(second.entries[1].message.content == "one");
  CHECK(second.next_cursor.empty());
}

TEST_CASE("there is one entry per provider call") {
  Trail trail;
  const auto statuses = [&](const Filter& filter) {
    Texts texts;
    for (const auto& attempt :
         list_attempts(*trail.chat.database, filter, {std::nullopt, "", true}).attempts) {
      texts.push_back(attempt.llm_provider.value_or("-") + " " + attempt.status);
    }
    return texts;
  };
  CHECK(statuses({}) ==
        Texts{"fast completed", "slow completed", "broken failed", "broken failed"});
  Filter filter;
  filter.llm = "broken";
  CHECK(statuses(filter).size() == 2);
  filter.actor = "bob";
  CHECK(statuses(filter).empty());
  filter = {};
  filter.agent = "law";
  CHECK(statuses(filter) == Texts{"fast completed"});
  filter = {};
  filter.status = "failed";
  filter.conversation = trail.failed_conversation;
  CHECK(statuses(filter).size() == 2);
  filter.until = trail.between;
  CHECK(statuses(filter).empty());
  filter = {};
  filter.since = trail.between;
  CHECK(statuses(filter).size() == 3);
  const auto page = list_attempts(*trail.chat.database, {}, {3, "", false});
  CHECK(page.attempts.size() == 3);
  CHECK(list_attempts(*trail.chat.database, {}, {3, page.next_cursor, false}).attempts.size() == 1);
}

TEST_CASE("a story tells the agent and the LLM as they were at the time") {
  Chat chat;
  auto llm = make_llm("paid", R"({"script": {"tokens": {"input": 10, "output": 5}}})");
  llm.cost_per_1k_input_tokens = parse_decimal("0.003");
  llm.cost_per_1k_output_tokens = parse_decimal("0.015");
  chat.add(llm);
  auto agent = make_agent("law");
  agent.system_prompt = "be strict";
  chat.add(agent);
  auto request = make_request("hello");
  request.agent = "law";
  request.llm = "paid";
  const auto turn = chat.send(request);
  chat.database->execute("UPDATE agents SET system_prompt = 'be kind'");
  chat.database->execute("UPDATE llm_providers SET cost_per_1k_input_tokens = 7");
  chat.send(request);

  for (const Uuid& id : {turn.user_message.id, turn.assistant_message->id}) {
    const MessageStory story = tell_story(*chat.database, id);
    CHECK(story.message.id == id);
    CHECK(story.conversation.id == turn.conversation.id);
    REQUIRE(story.attempts.size() == 1);
    CHECK(story.attempts[0].cost_nanousd == 10 * 3000 + 5 * 15000);
    REQUIRE(story.agent_revision);
    CHECK_THAT(story.agent_revision->content.text, Catch::Contains("be strict"));
    REQUIRE(story.llm_revision);
    CHECK_THAT(story.llm_revision->content.text, Catch::Contains("\"0.003000\""));
  }
}

TEST_CASE("a story has every try of the turn, also of a deleted message") {
  Chat chat;
  chat.add_scripted("flaky", R"({"fail": {"times": 2}})");
  const auto turn = chat.ask("flaky");
  storage::delete_conversation(*chat.database, turn.conversation.id, chat.clock.now());
  const MessageStory story = tell_story(*chat.database, turn.assistant_message->id);
  REQUIRE(story.attempts.size() == 3);
  CHECK(story.attempts[0].hop == 0);
  CHECK(story.attempts[2].status == "completed");
  CHECK(story.message.deleted_at);

  const auto alone = chat.add_message(chat.add_conversation().id, "user", "by the backend");
  CHECK(tell_story(*chat.database, alone.id).attempts.empty());
  const Error error = error_from([&] { tell_story(*chat.database, Uuid{}); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.hint == "llmctl audit list");
}

}  // namespace
}  // namespace llmctl::audit
