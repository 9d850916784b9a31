#include "providers/openai_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.h"
#include "base/text.h"
#include "providers/function_schema.h"
#include "providers/http_error.h"

namespace llmctl::providers::openai {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ProviderResult refused(std::string message) {
  ProviderResult result;
  result.status = Status::failed;
  result.error =
      ProviderError{ProviderErrorKind::invalid_request, false, {}, {}, std::move(message)};
  return result;
}

/// What the model wrote, which llmctl keeps as a JSON string when it is no JSON.
std::string arguments_as_written(const ToolCall& call) {
  const json value = json::parse(call.arguments.text, nullptr, false);
  return value.is_string() ? value.get<std::string>() : call.arguments.text;
}

ordered_json with_calls(const HistoryEntry& entry) {
  ordered_json calls = ordered_json::array();
  for (const ToolCall& call : entry.tool_calls) {
    calls.push_back(
        {{"id", call.id},
         {"type", "function"},
         {"function", {{"name", call.name}, {"arguments", arguments_as_written(call)}}}});
  }
  ordered_json message{{"role", "assistant"}};
  if (!entry.content.empty()) message["content"] = entry.content;
  message["tool_calls"] = std::move(calls);
  return message;
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

/// Servers refuse calls without results, results without calls, and empty messages.
class MessageList {
 public:
  explicit MessageList(const BodyOptions& options) : options_(options) {}

  void add_text(const std::string& role, const std::string& content) {
    if (content.empty()) return;
    messages_.push_back(
        {{"role", role == "system" ? options_.system_role : role}, {"content", content}});
  }

  /// Nothing, or why no server takes this history.
  std::optional<std::string> add(std::span<const HistoryEntry> history) {
    for (std::size_t at = 0; at < history.size(); ++at) {
      const HistoryEntry& entry = history[at];
      if (entry.role == "tool") continue;
      const auto results = results_after(history, at);
      if (entry.tool_calls.empty()) {
        add_text(entry.role, entry.content);
      } else if (const ToolCall* const open = find_open_call(entry, results)) {
        if (at + results.size() + 1 == history.size())
          return fmt::format("tool call '{}' has no result", open->id);
        add_text(entry.role, entry.content);
      } else {
        messages_.push_back(with_calls(entry));
        add_results(entry, results);
      }
    }
    return std::nullopt;
  }

  ordered_json take() { return std::move(messages_); }

 private:
  void add_results(const HistoryEntry& entry, std::span<const HistoryEntry> results) {
    for (const ToolCall& call : entry.tool_calls) {
      const auto result = std::ranges::find(results, call.id, &HistoryEntry::tool_call_id);
      messages_.push_back(
          {{"role", "tool"}, {"tool_call_id", call.id}, {"content", result->content}});
    }
  }

  const BodyOptions& options_;
  ordered_json messages_ = ordered_json::array();
};

ordered_json parsed(const JsonText& text) { return ordered_json::parse(text.text); }

ordered_json tools_of(const std::vector<model::Tool>& tools) {
  ordered_json list = ordered_json::array();
  for (const model::Tool& tool : tools) {
    const FunctionSchema schema = function_schema_of(tool);
    ordered_json function{{"name", schema.name}};
    if (!schema.description.empty()) function["description"] = schema.description;
    function["parameters"] = parsed(schema.parameters);
    if (schema.strict) function["strict"] = *schema.strict;
    list.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  return list;
}

template <class Value>
void put(ordered_json& body, const char* key, const std::optional<Value>& value) {
  if (value) body[key] = *value;
}
void put(ordered_json& body, const char* key, const std::optional<JsonText>& value) {
  if (value) body[key] = parsed(*value);
}

void put_settings(ordered_json& body, const TurnSettings& settings, const BodyOptions& options) {
  put(body, options.max_tokens_field.c_str(), settings.max_tokens);
  put(body, "temperature", settings.temperature);
  put(body, "top_p", settings.top_p);
  if (!settings.stop.empty()) body["stop"] = settings.stop;
  put(body, "seed", settings.seed);
  put(body, "presence_penalty", settings.presence_penalty);
  put(body, "frequency_penalty", settings.frequency_penalty);
  put(body, "response_format", settings.response_format);
  put(body, "reasoning_effort", settings.reasoning_effort);
}

void put_tools(ordered_json& body, const std::vector<model::Tool>& tools,
               const TurnSettings& settings) {
  if (tools.empty()) return;
  body["tools"] = tools_of(tools);
  put(body, "tool_choice", settings.tool_choice);
  put(body, "parallel_tool_calls", settings.parallel_tool_calls);
}

void put_extra(ordered_json& body, const JsonText& extra_body) {
  const json extra = json::parse(extra_body.text);
  for (const auto& [key, value] : extra.items()) {
    if (body.contains(key) || key == "model" || key == "stream" || key == "stream_options") {
      throw Error(
          ErrorKind::configuration,
          fmt::format("configuration.extra_body.{} is a field that llmctl sets itself", key));
    }
    body[key] = parsed({value.dump()});
  }
}

/// Where in the turn there is text that is not UTF-8.
std::optional<std::string> find_bad_text(const Turn& turn) {
  if (turn.agent && find_invalid_utf8(turn.agent->system_prompt))
    return "the agent's system prompt";
  for (std::size_t i = 0; i < turn.history.size(); ++i) {
    const HistoryEntry& entry = turn.history[i];
    const bool is_bad = find_invalid_utf8(entry.content) || find_invalid_utf8(entry.tool_call_id) ||
                        std::ranges::any_of(entry.tool_calls, [](const ToolCall& call) {
                          return find_invalid_utf8(call.id) || find_invalid_utf8(call.name) ||
                                 find_invalid_utf8(call.arguments.text);
                        });
    if (is_bad) return fmt::format("message {} of the conversation", i + 1);
  }
  return std::nullopt;
}

std::string one_of(const Configuration& configuration, std::string_view key,
                   const std::array<std::string_view, 2>& choices, std::string_view fallback) {
  const std::string value = configuration.text(key).value_or(std::string(fallback));
  if (value != choices[0] && value != choices[1])
    configuration.refuse(key, fmt::format("must be '{}' or '{}'", choices[0], choices[1]));
  return value;
}

}  // namespace

BodyOptions body_options_of(const Configuration& configuration, std::string_view max_tokens_field) {
  BodyOptions options;
  options.max_tokens_field = one_of(configuration, "max_tokens_field",
                                    {"max_completion_tokens", "max_tokens"}, max_tokens_field);
  options.system_role = one_of(configuration, "system_role", {"system", "developer"}, "system");
  options.include_usage = configuration.boolean("include_usage").value_or(true);
  return options;
}

std::variant<std::string, ProviderResult> make_body(const Turn& turn, const TurnSettings& settings,
                                                    const BodyOptions& options) {
  if (const auto place = find_bad_text(turn)) return refused(*place + " is not UTF-8");
  MessageList messages(options);
  if (turn.agent) messages.add_text("system", turn.agent->system_prompt);
  if (auto problem = messages.add(turn.history)) return refused(std::move(*problem));

  ordered_json body = ordered_json::object();
  if (!options.model.empty()) body["model"] = options.model;
  body["messages"] = messages.take();
  const bool has_question = std::ranges::any_of(
      body["messages"], [](const ordered_json& message) { return message["role"] == "user"; });
  if (!has_question) return refused("there is no message to answer");
  put_settings(body, settings, options);
  put_tools(body, turn.tools, settings);
  if (turn.stream) {
    body["stream"] = true;
    if (options.include_usage) body["stream_options"] = {{"include_usage", true}};
  }
  put_extra(body, settings.extra_body);
  // What else comes from the database, such as a tool's description, need not be UTF-8 either.
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

http::Request make_request(std::string url, http::Headers authorization, const Turn& turn,
                           const TurnSettings& settings, std::string body) {
  http::Request request;
  request.url = std::move(url);
  request.headers = std::move(authorization);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", turn.stream ? "text/event-stream" : "application/json");
  for (const auto& [name, value] : settings.extra_headers)
    http::set_header(request.headers, name, value);
  request.body = std::move(body);
  return request;
}

}  // namespace llmctl::providers::openai
