#include <catch2/catch.hpp>

#include "chat/turn.h"
#include "tests/support/chat.h"

namespace llmctl::chat {
namespace {

using model::Message;
using test::Chat;
using test::make_request;

std::vector<std::string> contents(const std::vector<Message>& messages) {
  std::vector<std::string> texts;
  for (const Message& message : messages) texts.push_back(message.content);
  return texts;
}

TEST_CASE("history is in order, without deleted, blocked, pending and later messages") {
  Chat chat;
  const Uuid id = chat.add_conversation().id;
  const Uuid other = chat.add_conversation().id;
  chat.add_message(id, "system", "rules");
  chat.add_message(id, "user", "one");
  const Message deleted = chat.add_message(id, "assistant", "deleted");
  const Message blocked = chat.add_message(id, "user", "blocked");
  chat.add_message(id, "assistant", "", {}, true);
  chat.add_message(other, "user", "elsewhere");
  chat.add_message(id, "assistant", "two");
  const Message last = chat.add_message(id, "user", "three");
  chat.add_message(id, "user", "later");
  chat.database->execute("UPDATE messages SET deleted_at = created_at WHERE id = ?1", {deleted.id});
  chat.database->execute("UPDATE messages SET blocked = TRUE WHERE id = ?1", {blocked.id});

  CHECK(contents(storage::history_until(*chat.database, last)) ==
        std::vector<std::string>{"rules", "one", "two", "three"});
}

TEST_CASE("what the provider gets counts only the turns it may see") {
  Chat chat;
  chat.add_scripted("count", R"({"reply": "{turn}"})");
  const TurnResult first = chat.ask("count");
  const Uuid id = first.conversation.id;
  CHECK(first.assistant_message->content == "1");
  TurnRequest request = make_request("next");
  request.conversation = id;
  CHECK(chat.send(request).assistant_message->content == "2");
  chat.database->execute("UPDATE messages SET blocked = TRUE WHERE id = ?1",
                         {first.user_message.id});
  CHECK(chat.send(request).assistant_message->content == "2");
  chat.database->execute("UPDATE messages SET deleted_at = created_at WHERE role = 'user'");
  CHECK(chat.send(request).assistant_message->content == "1");
}

}  // namespace
}  // namespace llmctl::chat
