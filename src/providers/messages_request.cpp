#include "providers/messages_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>

#include "base/error.h"
#include "base/text.h"
#include "providers/function_schema.h"

namespace llmctl::providers::messages {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// Messages have no default of their own.
constexpr std::int64_t default_max_tokens = 4096;

ProviderResult refused(std::string message) {
  ProviderResult result;
  result.status = Status::failed;
  result.error =
      ProviderError{ProviderErrorKind::invalid_request, false, {}, {}, std::move(message)};
  return result;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

/// Keys in the order in which somebody wrote them.
ordered_json parsed(const JsonText& text) { return ordered_json::parse(text.text); }

ordered_json text_block(const std::string& text) { return {{"type", "text"}, {"text", text}}; }

ordered_json call_block(const ToolCall& call) {
  ordered_json input = ordered_json::parse(call.arguments.text, nullptr, false);
  // What the model wrote need not be what it was asked for, but goes back as a mapping only.
  if (!input.is_object()) input = ordered_json::object();
  return {{"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", std::move(input)}};
}

/// The results that directly follow an assistant's calls.
std::span<const HistoryEntry> results_after(std::span<const HistoryEntry> history, std::size_t at) {
  std::size_t end = at + 1;
  while (end < history.size() && history[end].role == "tool") ++end;
  return history.subspan(at + 1, end - at - 1);
}

const ToolCall* find_open_call(const HistoryEntry& entry, std::span<const HistoryEntry> results) {
  for (const ToolCall& call : entry.tool_calls) {
    if (std::ranges::find(results, call.id, &HistoryEntry::tool_call_id) == results.end())
      return &call;
  }
  return nullptr;
}

/// Roles take turns, the user's first and last.
class MessageList {
 public:
  /// Nothing, or why no server takes this history.
  std::optional<std::string> add(std::span<const HistoryEntry> history) {
    for (std::size_t at = 0; at < history.size(); ++at) {
      const HistoryEntry& entry = history[at];
      if (entry.role == "user") add_text("user", entry.content);
      if (entry.role != "assistant" || messages_.empty()) continue;
      add_text("assistant", entry.content);
      if (entry.tool_calls.empty()) continue;
      const auto results = results_after(history, at);
      if (const ToolCall* const open = find_open_call(entry, results)) {
        if (at + results.size() + 1 == history.size())
          return fmt::format("tool call '{}' has no result", open->id);
      } else {
        add_calls(entry, results);
      }
    }
    if (!messages_.empty() && messages_.back()["role"] == "assistant")
      messages_.erase(messages_.size() - 1);
    return messages_.empty() ? std::optional<std::string>("there is no message to answer")
                             : std::nullopt;
  }

  ordered_json take() {
    for (ordered_json& message : messages_) {
      ordered_json& content = message["content"];
      // One text needs no list.
      if (content.size() != 1 || content[0]["type"] != "text") continue;
      ordered_json text = std::move(content[0]["text"]);
      content = std::move(text);
    }
    return std::move(messages_);
  }

 private:
  void add_block(const char* role, ordered_json block) {
    if (messages_.empty() || messages_.back()["role"] != role)
      messages_.push_back({{"role", role}, {"content", ordered_json::array()}});
    messages_.back()["content"].push_back(std::move(block));
  }

  void add_text(const char* role, const std::string& text) {
    if (!is_blank(text)) add_block(role, text_block(text));
  }

  void add_calls(const HistoryEntry& entry, std::span<const HistoryEntry> results) {
    for (const ToolCall& call : entry.tool_calls) add_block("assistant", call_block(call));
    for (const ToolCall& call : entry.tool_calls) {
      const auto result = std::ranges::find(results, call.id, &HistoryEntry::tool_call_id);
      add_block("user",
                {{"type", "tool_result"}, {"tool_use_id", call.id}, {"content", result->content}});
    }
  }

  ordered_json messages_ = ordered_json::array();
};

/// The agent's prompt, then what the conversation has of its own.
std::string system_of(const Turn& turn) {
  std::string system;
  const auto add = [&](const std::string& text) {
    if (is_blank(text)) return;
    if (!system.empty()) system += "\n\n";
    system += text;
  };
  if (turn.agent) add(turn.agent->system_prompt);
  for (const HistoryEntry& entry : turn.history) {
    if (entry.role == "system") add(entry.content);
  }
  return system;
}

ordered_json tools_of(const std::vector<model::Tool>& tools) {
  ordered_json list = ordered_json::array();
  for (const model::Tool& tool : tools) {
    const FunctionSchema schema = function_schema_of(tool);
    ordered_json function{{"name", schema.name}};
    if (!schema.description.empty()) function["description"] = schema.description;
    function["input_schema"] = parsed(schema.parameters);
    if (schema.strict) function["strict"] = *schema.strict;
    list.push_back(std::move(function));
  }
  return list;
}

/// As Messages say it: auto, any, none, or one tool. The words of chat completions are understood.
ordered_json tool_choice_of(const JsonText& text) {
  ordered_json choice = parsed(text);
  if (choice.is_string()) return {{"type", choice == "required" ? ordered_json("any") : choice}};
  if (choice.contains("function") && choice["function"].contains("name"))
    return {{"type", "tool"}, {"name", choice["function"]["name"]}};
  return choice;
}

void put_tools(ordered_json& body, const Turn& turn, const TurnSettings& settings) {
  if (turn.tools.empty()) return;
  body["tools"] = tools_of(turn.tools);
  const bool one_at_a_time = settings.parallel_tool_calls == false;
  if (!settings.tool_choice && !one_at_a_time) return;
  ordered_json choice =
      settings.tool_choice ? tool_choice_of(*settings.tool_choice) : ordered_json{{"type", "auto"}};
  if (one_at_a_time && choice["type"] != "none") choice["disable_parallel_tool_use"] = true;
  body["tool_choice"] = std::move(choice);
}

void put_settings(ordered_json& body, const TurnSettings& settings) {
  if (settings.temperature) body["temperature"] = *settings.temperature;
  if (settings.top_p) body["top_p"] = *settings.top_p;
  if (!settings.stop.empty()) body["stop_sequences"] = settings.stop;
  if (settings.reasoning_effort) body["output_config"] = {{"effort", *settings.reasoning_effort}};
}

void put_extra(ordered_json& body, const JsonText& extra_body) {
  constexpr std::array<std::string_view, 4> of_options{"anthropic_version", "anthropic_beta",
                                                       "model", "stream"};
  const ordered_json extra = parsed(extra_body);
  for (const auto& [key, value] : extra.items()) {
    if (body.contains(key) || std::ranges::find(of_options, key) != of_options.end()) {
      throw Error(
          ErrorKind::configuration,
          fmt::format("configuration.extra_body.{} is a field that llmctl sets itself", key));
    }
    body[key] = value;
  }
}

}  // namespace

std::variant<std::string, ProviderResult> make_body(const Turn& turn, const TurnSettings& settings,
                                                    const BodyOptions& options) {
  MessageList messages;
  if (auto problem = messages.add(turn.history)) return refused(std::move(*problem));

  ordered_json body = ordered_json::object();
  if (!options.version.empty()) body["anthropic_version"] = options.version;
  if (!options.betas.empty()) body["anthropic_beta"] = options.betas;
  if (!options.model.empty()) body["model"] = options.model;
  body["max_tokens"] = settings.max_tokens.value_or(default_max_tokens);
  if (std::string system = system_of(turn); !system.empty()) body["system"] = std::move(system);
  body["messages"] = messages.take();
  put_settings(body, settings);
  put_tools(body, turn, settings);
  if (turn.stream && options.says_stream) body["stream"] = true;
  put_extra(body, settings.extra_body);
  // A database may hold text that is not UTF-8.
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

http::Headers with_extra_headers(http::Headers headers, const http::Headers& extra) {
  for (const auto& header : extra) {
    const std::string name = to_lower_ascii(header.first);
    std::erase_if(headers, [&](const auto& other) { return to_lower_ascii(other.first) == name; });
    headers.push_back(header);
  }
  return headers;
}

}  // namespace llmctl::providers::messages
