#include "chat/conversation.h"

#include <catch2/catch.hpp>

#include "tests/support/chat.h"

namespace llmctl::chat {
namespace {

using test::Chat;
using test::error_from;
using test::make_agent;
using test::make_llm;

TEST_CASE("a conversation can be made before its first turn") {
  Chat chat;
  chat.add(make_llm("fast"));
  chat.add(make_agent("law", "fast"));
  const auto plain = create_conversation(chat.runtime, {});
  CHECK(storage::find_conversation(*chat.database, plain.id)->title == "New chat");
  CHECK(storage::find_conversation(*chat.database, plain.id)->model_id == "dummy");

  const auto named = create_conversation(chat.runtime, {"Contracts", "law", {}});
  const auto stored = storage::find_conversation(*chat.database, named.id);
  CHECK(stored->title == "Contracts");
  CHECK(stored->primary_agent == "law");
  CHECK(stored->primary_llm == "fast");
  CHECK(stored->model_id == "fast");
}

TEST_CASE("a conversation that no turn could use is not made") {
  struct Case {
    NewConversation request;
    ErrorKind kind;
  };
  const Case cases[] = {
      {{std::string(256, 'x'), {}, {}}, ErrorKind::invalid_data},
      {{"a\xff", {}, {}}, ErrorKind::invalid_data},
      {{std::string("a\0", 2), {}, {}}, ErrorKind::invalid_data},
      {{"", "nobody", {}}, ErrorKind::not_found},
      {{"", {}, "nothing"}, ErrorKind::not_found},
      {{"", {}, "off"}, ErrorKind::refused},
  };
  Chat chat;
  auto off = make_llm("off");
  off.is_active = false;
  chat.add(off);
  for (const Case& c : cases) {
    CHECK(error_from([&] { create_conversation(chat.runtime, c.request); }).kind == c.kind);
    CHECK(chat.count("conversations") == 0);
  }
  std::string longest;
  for (int i = 0; i < 255; ++i) longest += "\u00e9";
  CHECK(create_conversation(chat.runtime, {longest, {}, {}}).title == longest);
}

}  // namespace
}  // namespace llmctl::chat
