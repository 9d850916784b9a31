#include "admin/conversations.h"

#include <catch2/catch.hpp>

#include "tests/support/chat.h"

namespace llmctl::admin {
namespace {

using test::Chat;
using test::error_from;

TEST_CASE("restoring a conversation brings back the messages that were deleted with it") {
  Chat chat;
  const auto turn = chat.send(test::make_request("hello"));
  const Uuid id = turn.conversation.id;
  const auto earlier = chat.add_message(id, "user", "deleted before");
  chat.database->execute("UPDATE messages SET deleted_at = ?2 WHERE id = ?1",
                         {earlier.id, chat.clock.now()});

  const ConversationChange deleted =
      admin::delete_conversation(*chat.database, id, chat.clock.now());
  CHECK(deleted.changed);
  CHECK(deleted.deleted);
  CHECK(deleted.messages == 2);
  CHECK(storage::find_conversation(*chat.database, id)->deleted_at);
  CHECK(chat.count("messages WHERE deleted_at IS NULL") == 0);
  CHECK(admin::show_conversation(*chat.database, id).messages.size() == 3);

  const ConversationChange restored = admin::restore_conversation(*chat.database, id);
  CHECK(restored.changed);
  CHECK_FALSE(restored.deleted);
  CHECK(restored.messages == 2);
  CHECK_FALSE(storage::find_conversation(*chat.database, id)->deleted_at);
  CHECK(storage::find_message(*chat.database, earlier.id)->deleted_at);
  CHECK(admin::show_conversation(*chat.database, id).messages.size() == 2);
}

TEST_CASE("deleting a deleted conversation, or restoring one that is not, changes nothing") {
  Chat chat;
  const Uuid id = chat.send(test::make_request("hello")).conversation.id;
  CHECK_FALSE(admin::restore_conversation(*chat.database, id).changed);
  admin::delete_conversation(*chat.database, id, chat.clock.now());
  const auto at = storage::find_conversation(*chat.database, id)->deleted_at;
  const ConversationChange again = admin::delete_conversation(*chat.database, id, chat.clock.now());
  CHECK_FALSE(again.changed);
  CHECK(again.deleted);
  CHECK(storage::find_conversation(*chat.database, id)->deleted_at == at);
}

TEST_CASE("an unknown conversation cannot be shown, deleted or restored") {
  Chat chat;
  CHECK(error_from([&] { admin::show_conversation(*chat.database, Uuid{}); }).kind ==
        ErrorKind::not_found);
  CHECK(error_from([&] {
          admin::delete_conversation(*chat.database, Uuid{}, chat.clock.now());
        }).kind == ErrorKind::not_found);
  CHECK(error_from([&] { admin::restore_conversation(*chat.database, Uuid{}); }).kind ==
        ErrorKind::not_found);
}

}  // namespace
}  // namespace llmctl::admin
