#include "storage/conversations.h"

#include <catch2/catch.hpp>
#include <set>

#include "storage/find_id.h"
#include "tests/support/chat.h"

namespace llmctl::storage {
namespace {

using test::Chat;
using test::error_from;

/// Everything that a list gives, two rows at a time; `between` runs after each page.
template <class Between>
std::vector<Uuid> read_in_pages(Chat& chat, bool oldest_first, Between between) {
  std::vector<Uuid> seen;
  Page page{2, "", oldest_first};
  do {
    const ConversationList list = list_conversations(*chat.database, {}, page);
    CHECK(list.entries.size() <= 2);
    for (const auto& entry : list.entries) seen.push_back(entry.conversation.id);
    page.cursor = list.next_cursor;
    between();
  } while (!page.cursor.empty());
  return seen;
}

TEST_CASE("pages neither repeat nor lose a row while rows are added") {
  const bool oldest_first = GENERATE(false, true);
  CAPTURE(oldest_first);
  Chat chat;
  std::vector<Uuid> before;
  for (int i = 0; i < 7; ++i) {
    // Several in the same instant: the id decides.
    chat.clock.wall = test::test_start + Duration{i / 3};
    before.push_back(chat.add_conversation().id);
  }
  if (!oldest_first) std::ranges::reverse(before);

  int added = 0;
  const auto seen = read_in_pages(chat, oldest_first, [&] {
    if (++added > 3) return;
    chat.clock.wall = test::test_start + (oldest_first ? -Duration{100} : std::chrono::hours(1));
    chat.add_conversation();
  });
  CHECK(seen == before);
}

TEST_CASE("a page that takes just what is there has no next one") {
  Chat chat;
  for (int i = 0; i < 4; ++i) chat.add_conversation();
  CHECK(list_conversations(*chat.database, {}, {4, "", false}).next_cursor.empty());
  CHECK_FALSE(list_conversations(*chat.database, {}, {3, "", false}).next_cursor.empty());
  CHECK(list_conversations(*chat.database, {}, {}).entries.size() == 4);
}

TEST_CASE("a cursor that no listing printed is refused") {
  Chat chat;
  for (const std::string cursor : {"x", "1", ".", "1.2", "x.0199a1b2c3d4700080000000000000ff",
                                   "1.zz", "1x.0199a1b2c3d4700080000000000000ff",
                                   "99999999999999999999.0199a1b2c3d470008000000000000000",
                                   "1.0199a1b2c3d4700080000000000000ff'"}) {
    CAPTURE(cursor);
    const Error error = error_from([&] {
      list_conversations(*chat.database, {}, {2, cursor, false});
    });
    CHECK(error.kind == ErrorKind::usage);
    CHECK(error.what() == "'" + cursor + "' is no cursor");
  }
}

TEST_CASE("a conversation list counts messages and pending ones, and can be narrowed") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  chat.add(test::make_agent("law"));
  auto first = chat.add_conversation("fast");
  first.primary_agent = "law";
  first.primary_llm = "fast";
  update_conversation(*chat.database, first);
  const auto second = chat.add_conversation();
  chat.add_message(first.id, "user", "a");
  chat.add_message(first.id, "assistant", "", {}, true);
  const auto gone = chat.add_message(first.id, "user", "b");
  chat.database->execute("UPDATE messages SET deleted_at = created_at WHERE id = ?1", {gone.id});
  delete_conversation(*chat.database, second.id, chat.clock.now());

  const auto list = list_conversations(*chat.database, {}, {});
  REQUIRE(list.entries.size() == 1);
  CHECK(list.entries[0].conversation.id == first.id);
  CHECK(list.entries[0].messages == 2);
  CHECK(list.entries[0].pending == 1);
  CHECK(list_conversations(*chat.database, {"law", {}, false}, {}).entries.size() == 1);
  CHECK(list_conversations(*chat.database, {"tax", {}, false}, {}).entries.empty());
  CHECK(list_conversations(*chat.database, {{}, "fast", false}, {}).entries.size() == 1);
  CHECK(list_conversations(*chat.database, {{}, "slow", false}, {}).entries.empty());
  const auto deleted = list_conversations(*chat.database, {{}, {}, true}, {});
  REQUIRE(deleted.entries.size() == 1);
  CHECK(deleted.entries[0].conversation.id == second.id);
}

TEST_CASE("an id may be written whole or by its last digits") {
  Chat chat;
  const auto add = [&](const char* hex) {
    model::Conversation conversation;
    conversation.id = *parse_uuid(hex);
    conversation.created_at = conversation.updated_at = test::test_start;
    insert_conversation(*chat.database, conversation);
    return conversation.id;
  };
  const Uuid one = add("0199a1b2c3d47000800000001234abcd");
  const Uuid two = add("0199a1b2c3d47000800000015678abcd");
  const Uuid three = add("0199a1b2c3d47000800000025678abcd");

  struct Found {
    std::string text;
    Uuid id;
  };
  const Found found[] = {
      {"0199a1b2c3d47000800000001234abcd", one},
      {"0199A1B2-C3D4-7000-8000-00001234ABCD", one},
      {"1234abcd", one},
      {"1234ABCD", one},
      {"8000-00001234abcd", one},
      {"15678abcd", two},
      {"199a1b2c3d47000800000025678abcd", three},
  };
  for (const Found& f : found) {
    CAPTURE(f.text);
    CHECK(find_conversation_id(*chat.database, f.text) == f.id);
  }
  for (const std::string text : {"234abcd", "5678abce", "", "%%%%%%%%", "12_4abcd", "1234abcd ",
                                 "0199a1b2c3d47000800000001234abcd0", "zzzzzzzz"}) {
    CAPTURE(text);
    const Error error = error_from([&] { find_conversation_id(*chat.database, text); });
    CHECK(error.kind == ErrorKind::not_found);
    CHECK(error.what() == "no conversation '" + text + "'");
    CHECK_THAT(error.hint, Catch::StartsWith("llmctl conversation list"));
  }
  const Error several = error_from([&] { find_conversation_id(*chat.database, "5678abcd"); });
  CHECK(several.kind == ErrorKind::usage);
  CHECK(several.what() == std::string("several conversations end in '5678abcd'"));
  CHECK(several.hint == "write more digits: " + to_string(two) + ", " + to_string(three));

  const auto message = chat.add_message(one, "user", "hi");
  CHECK(find_message_id(*chat.database, short_id(message.id)) == message.id);
  CHECK(error_from([&] { find_message_id(*chat.database, "00000000"); }).hint ==
        "llmctl audit list, where a short id is the last 8 digits of the whole");
}

TEST_CASE("a lease is one owner's until it runs out, and counts polls") {
  Chat chat;
  const Uuid attempt = chat.ids.next(test::test_start);
  const Timestamp now = test::test_start;
  const auto minute = std::chrono::minutes(1);
  const auto first = take_lease(*chat.database, attempt, "one", now, now + minute);
  REQUIRE(first);
  CHECK(first->owner == "one");
  CHECK(first->polls == 0);
  CHECK_FALSE(take_lease(*chat.database, attempt, "two", now + minute - Duration{1}, now + minute));

  const auto second = take_lease(*chat.database, attempt, "two", now + minute, now + 2 * minute);
  REQUIRE(second);
  CHECK(second->owner == "two");
  release_lease(*chat.database, attempt, "one", now + minute, now + minute);
  CHECK(polls_of(*chat.database, attempt) == 0);
  CHECK_FALSE(take_lease(*chat.database, attempt, "one", now + minute, now + 2 * minute));

  release_lease(*chat.database, attempt, "two", now + minute, now + minute);
  CHECK(polls_of(*chat.database, attempt) == 1);
  CHECK(take_lease(*chat.database, attempt, "one", now + minute, now + 2 * minute)->polls == 1);
  delete_lease(*chat.database, attempt);
  CHECK(polls_of(*chat.database, attempt) == 0);
}

TEST_CASE("a message is completed while it is pending, and only then") {
  Chat chat;
  const Uuid id = chat.add_conversation().id;
  const auto waiting = chat.add_message(id, "assistant", "", {}, true);
  CHECK(complete_message(*chat.database, waiting.id, "first"));
  CHECK_FALSE(complete_message(*chat.database, waiting.id, "second"));
  CHECK(find_message(*chat.database, waiting.id)->content == "first");
}

TEST_CASE("the conversation to continue is the latest that its actor began") {
  Chat chat;
  chat.send(test::make_request("one"));
  const Uuid mine = chat.send(test::make_request("two")).conversation.id;
  auto request = test::make_request("three");
  request.actor = "bob";
  const Uuid bobs = chat.send(request).conversation.id;
  request.actor = "ada";
  request.conversation = bobs;
  chat.send(request);
  CHECK(latest_conversation_started_by(*chat.database, "ada") == mine);
  CHECK(latest_conversation_started_by(*chat.database, "bob") == bobs);
  CHECK_FALSE(latest_conversation_started_by(*chat.database, "eve"));
  delete_conversation(*chat.database, bobs, chat.clock.now());
  CHECK_FALSE(latest_conversation_started_by(*chat.database, "bob"));
}

}  // namespace
}  // namespace llmctl::storage
