#include "providers/openai_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "providers/openai_error.h"
#include "providers/reply_json.h"

namespace llmctl::providers::openai {
namespace {

using nlohmann::json;

// More is a server gone wrong, and would be slow to look up.
constexpr std::size_t most_calls = 1000;

/// Text, or the texts of a list of parts.
std::optional<std::string> content_of(const json& content) {
  if (content.is_null()) return std::string();
  if (content.is_string()) return content.get<std::string>();
  if (!content.is_array()) return std::nullopt;
  std::string text;
  for (const json& part : content) text += text_member(part, "text");
  return text;
}

/// Some servers send a name once, some with every fragment, and some in fragments.
void merge(std::string& whole, const std::string& fragment) {
  if (whole != fragment) whole += fragment;
}

JsonText to_json(const std::string& arguments) {
  if (arguments.empty()) return {"{}"};
  try {
    parse_json(arguments, "arguments");
    return {arguments};
  } catch (const Error&) {
    return {json(arguments).dump()};
  }
}

}  // namespace

void Answer::add(const json& completion, StreamSink* sink) {
  if (std::string model = text_member(completion, "model"); !model.empty())
    served_model_ = std::move(model);
  add_usage(member(completion, "usage"));
  const json& choices = member(completion, "choices");
  if (choices.is_null()) return;
  if (!choices.is_array()) {
    fault_ = "'choices' is no list";
    return;
  }
  for (std::size_t position = 0; position < choices.size(); ++position) {
    const json& index = member(choices[position], "index");
    if (index.is_number() ? index == 0 : position == 0) add_choice(choices[position], sink);
  }
}

void Answer::add_choice(const json& choice, StreamSink* sink) {
  const json& message = member(choice, choice.contains("message") ? "message" : "delta");
  if (!choice.is_object() || !(message.is_object() || message.is_null())) {
    fault_ = "a choice is no mapping with a message";
    return;
  }
  has_choice_ = true;
  if (std::string reason = text_member(choice, "finish_reason"); !reason.empty())
    finish_reason_ = std::move(reason);
  for (const char* const key : {"content_filter_results", "content_filter_result"}) {
    if (std::string found = filtered_categories(member(choice, key)); !found.empty())
      categories_ = std::move(found);
  }
  add_message(message, sink);
}

void Answer::add_message(const json& message, StreamSink* sink) {
  const auto content = content_of(member(message, "content"));
  const auto refusal = content_of(member(message, "refusal"));
  if (!content || !refusal) {
    fault_ = "a message's content is no text";
    return;
  }
  // What was shown is what is stored, so a refusal beside a text is left out.
  has_content_ = has_content_ || !content->empty();
  add_text(*content, sink);
  if (!has_content_ && !refusal->empty()) {
    has_refusal_ = true;
    add_text(*refusal, sink);
  }
  add_calls(member(message, "tool_calls"));
}

void Answer::add_text(const std::string& piece, StreamSink* sink) {
  if (piece.empty()) return;
  text_ += piece;
  if (sink != nullptr) sink->text(piece);
}

void Answer::add_calls(const json& calls) {
  if (calls.is_null()) return;
  if (!calls.is_array()) {
    fault_ = "'tool_calls' is no list";
    return;
  }
  for (std::size_t position = 0; position < calls.size(); ++position)
    add_call(calls[position], static_cast<std::int64_t>(position));
  if (calls_.size() > most_calls) fault_ = fmt::format("more than {} tool calls", most_calls);
}

void Answer::add_call(const json& fragment, std::int64_t position) {
  const json& function = member(fragment, "function");
  const std::string id = text_member(fragment, "id");
  const std::string name = text_member(function, "name");
  if (calls_.size() > most_calls) return;
  Call& call = call_at(count_member(fragment, "index").value_or(position), id, name);
  merge(call.id, id);
  merge(call.name, name);
  const json& arguments = member(function, "arguments");
  if (arguments.is_string()) {
    call.arguments += arguments.get_ref<const std::string&>();
  } else if (!arguments.is_null()) {
    call.arguments += arguments.dump();
  }
}

Answer::Call& Answer::call_at(std::int64_t index, const std::string& id, const std::string& name) {
  const auto last = std::ranges::find(calls_.rbegin(), calls_.rend(), index, &Call::index);
  // Some servers number all calls 0: another id with another function's name is another call.
  const bool is_other = last == calls_.rend() ||
                        (!id.empty() && !last->id.empty() && id != last->id && !name.empty());
  if (!is_other) return *last;
  return calls_.emplace_back(Call{index, {}, {}, {}});
}

void Answer::add_usage(const json& usage) {
  if (!usage.is_object() || usage.empty()) return;
  const json& input = member(usage, "prompt_tokens_details");
  const json& output = member(usage, "completion_tokens_details");
  usage_.input_tokens = count_member(usage, "prompt_tokens");
  usage_.output_tokens = count_member(usage, "completion_tokens");
  usage_.cache_read_tokens = count_member(input, "cached_tokens");
  usage_.cache_write_tokens = count_member(input, "cache_write_tokens");
  usage_.reasoning_tokens = count_member(output, "reasoning_tokens");
}

bool Answer::is_withheld() const {
  return finish_reason_ == "content_filter" && text_.empty() && calls_.empty();
}

std::vector<ToolCall> Answer::tool_calls() const {
  std::vector<ToolCall> calls;
  for (const Call& call : calls_) {
    // Its result must be able to name it.
    const std::string id = call.id.empty() ? fmt::format("call_{}", calls.size()) : call.id;
    calls.push_back({id, call.name, to_json(call.arguments)});
  }
  return calls;
}

void Answer::fill(ProviderResult& result) const {
  result.content = text_;
  result.tool_calls = tool_calls();
  result.usage = usage_;
  result.served_model = served_model_;
  result.finish_reason = has_refusal_ && !has_content_ ? "refusal" : finish_reason_;
}

}  // namespace llmctl::providers::openai
