#include "chat/conversation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "model/title.h"
#include "storage/conversations.h"

namespace llmctl::chat {
namespace {

using model::Conversation;
using model::Message;

constexpr std::size_t longest_title = 255;

void require_text(std::string_view text, std::string_view what) {
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw Error(ErrorKind::invalid_data,
                fmt::format("{} has a NUL byte at byte {}", what, nul + 1));
  }
  if (const auto invalid = find_invalid_utf8(text)) {
    throw Error(ErrorKind::invalid_data,
                fmt::format("{} is not UTF-8 at byte {}", what, *invalid + 1),
                "convert it first, for example with iconv -t UTF-8");
  }
}

}  // namespace

void require_valid_message(std::string_view text, std::string_view what) {
  if (trim(text).empty()) throw Error(ErrorKind::invalid_data, fmt::format("{} is empty", what));
  if (text.size() > longest_message) {
    throw Error(
        ErrorKind::invalid_data,
        fmt::format("{} is longer than the {} bytes that a turn may have", what, longest_message));
  }
  require_text(text, what);
}

Conversation open_conversation(storage::Database& database, const Uuid& id) {
  auto conversation = storage::find_conversation(database, id);
  if (!conversation) {
    throw Error(ErrorKind::not_found, fmt::format("no conversation '{}'", to_string(id)),
                "llmctl conversation list");
  }
  if (conversation->deleted_at) {
    throw Error(ErrorKind::not_found, fmt::format("conversation '{}' is deleted", to_string(id)),
                "llmctl conversation restore " + to_string(id));
  }
  return *conversation;
}

Conversation make_conversation(Runtime& runtime, std::string_view first_message) {
  Conversation conversation;
  conversation.created_at = runtime.clock.now();
  conversation.updated_at = conversation.created_at;
  conversation.id = runtime.ids.next(conversation.created_at);
  conversation.title = model::title_of(first_message);
  return conversation;
}

void remember_participants(Conversation& conversation, const Participants& who) {
  if (who.agent) conversation.primary_agent = who.agent->id;
  if (who.llm && !who.llm_is_fallback) conversation.primary_llm = who.llm->id;
  conversation.model_id = who.llm ? who.llm->id : dummy_id;
}

Message make_message(Runtime& runtime, const Uuid& conversation, std::string_view role,
                     std::string_view content) {
  const auto latest = storage::latest_message_time(runtime.database, conversation);
  Message message;
  message.created_at = runtime.clock.now();
  if (latest)
    message.created_at = std::max(message.created_at, *latest + std::chrono::microseconds(1));
  message.id = runtime.ids.next(message.created_at);
  message.conversation_id = conversation;
  message.role = role;
  message.content = content;
  return message;
}

Conversation create_conversation(Runtime& runtime, const NewConversation& request) {
  require_text(request.title, "the title");
  if (count_code_points(request.title) > longest_title) {
    throw Error(ErrorKind::invalid_data,
                fmt::format("the title is longer than {} characters", longest_title));
  }
  storage::Transaction transaction(runtime.database);
  Conversation conversation = make_conversation(runtime, request.title);
  conversation.title = request.title.empty() ? Conversation{}.title : request.title;
  remember_participants(conversation, resolve_participants(runtime.database, conversation,
                                                           request.agent, request.llm));
  storage::insert_conversation(runtime.database, conversation);
  transaction.commit();
  return conversation;
}

}  // namespace llmctl::chat
