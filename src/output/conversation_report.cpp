#include "output/conversation_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "output/sanitize.h"

namespace llmctl::output {
namespace {

using model::Conversation;
using model::Message;

const std::vector<Column> conversation_columns{{"id", "ID"},
                                               {"updated_at", "UPDATED"},
                                               {"title", "TITLE", false, false, true},
                                               {"agent", "AGENT", true},
                                               {"llm", "LLM", true},
                                               {"model_id"},
                                               {"created_at"},
                                               {"deleted_at"}};

std::vector<Cell> cells_of(const Conversation& conversation) {
  return {conversation.id,
          conversation.updated_at,
          conversation.title,
          cell(conversation.primary_agent),
          cell(conversation.primary_llm),
          conversation.model_id,
          conversation.created_at,
          cell(conversation.deleted_at)};
}

nlohmann::ordered_json message_json(const Message& message) {
  const auto text_or_null = [](const std::optional<std::string>& text) {
    return text ? nlohmann::ordered_json(*text) : nlohmann::ordered_json();
  };
  return {{"id", to_string(message.id)},
          {"role", message.role},
          {"created_at", to_rfc3339(message.created_at)},
          {"agent", text_or_null(message.agent)},
          {"llm", text_or_null(message.llm_provider)},
          {"pending", message.pending},
          {"blocked", message.blocked},
          {"content", message.content}};
}

/// "assistant 1a2b3c4d 2026-10-01 12:00:00 (general-assistant via dummy)", then the content.
std::string message_text(const Message& message) {
  std::string who;
  if (message.agent || message.llm_provider) {
    who = fmt::format(" ({} via {})", message.agent.value_or("no agent"),
                      message.llm_provider.value_or("no LLM"));
  }
  std::string marks;
  if (message.pending) marks += " pending";
  if (message.blocked) marks += " blocked";
  std::string time = to_rfc3339(message.created_at).substr(0, 19);
  time[10] = ' ';
  std::string text = fmt::format("\n{} {} {}{}{}\n", time, short_id(message.id),
                                 sanitize(message.role, false), sanitize(who, false), marks);
  const std::string content = sanitize(message.content, true);
  for (std::size_t start = 0; start < content.size();) {
    const std::size_t end = std::min(content.find('\n', start), content.size());
    text += "  " + content.substr(start, end - start) + "\n";
    start = end + 1;
  }
  return text;
}

std::string conversation_text(const admin::ConversationDetail& detail) {
  const Conversation& c = detail.conversation;
  std::string text = fmt::format(
      "conversation {}\ntitle        {}\nagent        {}\nLLM          {}\n", to_string(c.id),
      sanitize(c.title, false), sanitize(c.primary_agent.value_or("-"), false),
      sanitize(c.primary_llm.value_or("-"), false));
  if (c.deleted_at) text += fmt::format("deleted      {}\n", to_rfc3339(*c.deleted_at));
  for (const Message& message : detail.messages) text += message_text(message);
  return text;
}

}  // namespace

Report conversations_report(const storage::ConversationList& list) {
  Report report;
  report.name = "conversations";
  report.columns = conversation_columns;
  report.columns.push_back({"messages", "MESSAGES", false, true});
  report.columns.push_back({"pending", "PENDING", false, true});
  report.empty_text = "no conversations";
  report.cursor = list.next_cursor;
  for (const auto& entry : list.entries) {
    std::vector<Cell> row = cells_of(entry.conversation);
    row.emplace_back(entry.messages);
    row.emplace_back(entry.pending);
    report.rows.push_back(std::move(row));
  }
  return report;
}

Report conversation_report(const admin::ConversationDetail& detail) {
  Report report;
  report.name = "conversation";
  report.single = true;
  report.columns = conversation_columns;
  report.columns.push_back({"messages"});
  std::string messages = "[";
  for (const Message& message : detail.messages) {
    if (messages.size() > 1) messages += ',';
    messages +=
        message_json(message).dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
  }
  std::vector<Cell> row = cells_of(detail.conversation);
  row.emplace_back(JsonText{messages + "]"});
  report.rows.push_back(std::move(row));
  report.text = conversation_text(detail);
  return report;
}

Report new_conversation_report(const Conversation& conversation) {
  Report report;
  report.name = "conversation";
  report.single = true;
  report.columns = conversation_columns;
  report.rows = {cells_of(conversation)};
  report.text = to_string(conversation.id);
  return report;
}

Report change_report(const admin::ConversationChange& change) {
  Report report;
  report.name = "conversation";
  report.single = true;
  report.columns = {{"id"}, {"deleted"}, {"changed"}, {"messages"}};
  report.rows = {{change.id, change.deleted, change.changed, change.messages}};
  const std::string id = to_string(change.id);
  if (!change.changed) {
    report.text = fmt::format("conversation {} {}", id,
                              change.deleted ? "was already deleted" : "is not deleted");
  } else {
    report.text = fmt::format("conversation {} {}, {} messages with it", id,
                              change.deleted ? "deleted" : "restored", change.messages);
  }
  return report;
}

}  // namespace llmctl::output
