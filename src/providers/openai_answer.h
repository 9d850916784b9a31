#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.h"

namespace llmctl::providers::openai {

/// An answer that is put together from one completion, or from the chunks of a stream.
class Answer {
 public:
  /// Takes a "chat.completion" or a "chat.completion.chunk": message and delta have the same
  /// members. New text goes to `sink` too.
  void add(const nlohmann::json& completion, StreamSink* sink);

  /// What makes it no answer: members of a wrong type. Empty: nothing so far.
  const std::string& fault() const { return fault_; }
  /// The server has begun to answer.
  bool has_choice() const { return has_choice_; }
  bool has_finish_reason() const { return !finish_reason_.empty(); }
  /// The content filter left nothing of it.
  bool is_withheld() const;
  /// What the filter objected to, as filtered_categories says it.
  const std::string& categories() const { return categories_; }

  /// Text, tool calls, usage, model and finish reason; "refusal" is the finish reason of a text in
  /// which the model refuses.
  void fill(ProviderResult& result) const;

 private:
  struct Call {
    std::int64_t index = 0;
    std::string id;
    std::string name;
    std::string arguments;
  };

  void add_choice(const nlohmann::json& choice, StreamSink* sink);
  void add_message(const nlohmann::json& message, StreamSink* sink);
  void add_text(const std::string& piece, StreamSink* sink);
  void add_calls(const nlohmann::json& calls);
  void add_call(const nlohmann::json& fragment, std::int64_t position);
  Call& call_at(std::int64_t index, const std::string& id, const std::string& name);
  void add_usage(const nlohmann::json& usage);
  std::vector<ToolCall> tool_calls() const;

  std::string text_;
  std::vector<Call> calls_;
  std::string finish_reason_;
  std::string served_model_;
  std::string categories_;
  std::string fault_;
  model::Usage usage_;
  bool has_choice_ = false;
  bool has_content_ = false;
  bool has_refusal_ = false;
};

}  // namespace llmctl::providers::openai
