#include "providers/messages_answer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "providers/reply_json.h"

namespace llmctl::providers::messages {
namespace {

using nlohmann::json;

// More is a server gone wrong.
constexpr std::size_t most_calls = 1000;

/// Text that is no JSON, as when the answer became too long, is kept as a JSON string.
JsonText to_json(const std::string& text) {
  try {
    parse_json(text, "input");
    return {text};
  } catch (const Error&) {
    return {json(text).dump(-1, ' ', false, json::error_handler_t::replace)};
  }
}

/// Counts are totals so far: each one that is said takes the place of the one before.
void keep(std::optional<std::int64_t>& target, std::optional<std::int64_t> count) {
  if (count) target = count;
}

}  // namespace

void Answer::read(const json& message) {
  const json& content = member(message, "content");
  if (!content.is_array()) {
    fault_ = "the reply is no message with a list of contents";
    return;
  }
  start_message(message);
  std::int64_t index = 0;
  for (const json& block : content) start_block(index++, block, nullptr);
  add_stop(message);
  has_ended_ = true;
}

void Answer::add(const json& event, StreamSink* sink) {
  const std::string type = text_member(event, "type");
  const std::int64_t index = count_member(event, "index").value_or(0);
  if (type == "message_start") {
    start_message(member(event, "message"));
  } else if (type == "content_block_start") {
    start_block(index, member(event, "content_block"), sink);
  } else if (type == "content_block_delta") {
    add_delta(index, member(event, "delta"), sink);
  } else if (type == "message_delta") {
    add_stop(member(event, "delta"));
    add_usage(member(event, "usage"));
  } else if (type == "message_stop") {
    add_metrics(member(event, "amazon-bedrock-invocationMetrics"));
    has_ended_ = true;
  }
}

void Answer::start_message(const json& message) {
  if (!message.is_object()) {
    fault_ = "a message is no mapping";
    return;
  }
  served_model_ = text_member(message, "model");
  add_usage(member(message, "usage"));
}

void Answer::start_block(std::int64_t index, const json& block, StreamSink* sink) {
  const std::string type = text_member(block, "type");
  if (type == "text") {
    add_text(member(block, "text"), sink);
  } else if (type == "tool_use") {
    const json& input = member(block, "input");
    calls_[index] = {text_member(block, "id"), text_member(block, "name"),
                     input.is_null() ? "{}" : input.dump(), ""};
    if (calls_.size() > most_calls) fault_ = fmt::format("more than {} tool calls", most_calls);
  } else if (type.empty()) {
    fault_ = "a content has no type";
  }
}

void Answer::add_delta(std::int64_t index, const json& delta, StreamSink* sink) {
  const std::string type = text_member(delta, "type");
  if (type == "text_delta") {
    add_text(member(delta, "text"), sink);
  } else if (type == "input_json_delta") {
    const json& fragment = member(delta, "partial_json");
    const auto call = calls_.find(index);
    if (!fragment.is_string()) {
      fault_ = "a fragment of a tool's input is no text";
    } else if (call != calls_.end()) {
      call->second.fragments += fragment.get_ref<const std::string&>();
    }
  }
}

void Answer::add_text(const json& text, StreamSink* sink) {
  if (!text.is_string()) {
    fault_ = "a text is none";
    return;
  }
  const auto& piece = text.get_ref<const std::string&>();
  text_ += piece;
  if (sink != nullptr && !piece.empty()) sink->text(piece);
}

void Answer::add_stop(const json& message) {
  if (std::string reason = text_member(message, "stop_reason"); !reason.empty())
    stop_reason_ = std::move(reason);
  const json& details = member(message, "stop_details");
  if (std::string explanation = text_member(details, "explanation"); !explanation.empty())
    explanation_ = std::move(explanation);
}

void Answer::add_usage(const json& usage) {
  keep(usage_.input_tokens, count_member(usage, "input_tokens"));
  keep(usage_.output_tokens, count_member(usage, "output_tokens"));
  keep(usage_.cache_read_tokens, count_member(usage, "cache_read_input_tokens"));
  keep(usage_.cache_write_tokens, count_member(usage, "cache_creation_input_tokens"));
  keep(usage_.reasoning_tokens,
       count_member(member(usage, "output_tokens_details"), "thinking_tokens"));
}

void Answer::add_metrics(const json& metrics) {
  // What the model itself said counts more.
  if (usage_.input_tokens || usage_.output_tokens) return;
  keep(usage_.input_tokens, count_member(metrics, "inputTokenCount"));
  keep(usage_.output_tokens, count_member(metrics, "outputTokenCount"));
  keep(usage_.cache_read_tokens, count_member(metrics, "cacheReadInputTokenCount"));
  keep(usage_.cache_write_tokens, count_member(metrics, "cacheWriteInputTokenCount"));
}

void Answer::fill(ProviderResult& result) const {
  result.content = text_;
  for (const auto& [index, call] : calls_) {
    // Its result must be able to name it.
    const std::string id = call.id.empty() ? fmt::format("call_{}", index) : call.id;
    result.tool_calls.push_back(
        {id, call.name, to_json(call.fragments.empty() ? call.input : call.fragments)});
  }
  result.usage = usage_;
  result.served_model = served_model_;
  result.finish_reason = stop_reason_;
}

}  // namespace llmctl::providers::messages
