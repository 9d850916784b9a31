#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "providers/provider.h"

namespace llmctl::providers::messages {

/// An answer that is put together from one Message, or from the events of a stream.
class Answer {
 public:
  /// Takes a whole Message.
  void read(const nlohmann::json& message);
  /// Takes one event; errors, and what has no part in an answer, are passed over. New text goes to
  /// `sink` too.
  void add(const nlohmann::json& event, StreamSink* sink);

  /// What makes it no answer: members of a wrong type. Empty: nothing so far.
  const std::string& fault() const { return fault_; }
  /// The server said that nothing more follows.
  bool has_ended() const { return has_ended_; }
  bool is_refused() const { return stop_reason_ == "refusal"; }
  /// Why it is refused; may be empty.
  const std::string& explanation() const { return explanation_; }

  /// Text, tool calls, usage, model and stop reason.
  void fill(ProviderResult& result) const;

 private:
  struct Call {
    std::string id;
    std::string name;
    std::string input;      ///< of the block, as JSON
    std::string fragments;  ///< that come after it, and together take its place
  };

  void start_message(const nlohmann::json& message);
  void start_block(std::int64_t index, const nlohmann::json& block, StreamSink* sink);
  void add_delta(std::int64_t index, const nlohmann::json& delta, StreamSink* sink);
  void add_text(const nlohmann::json& text, StreamSink* sink);
  void add_stop(const nlohmann::json& message);
  void add_usage(const nlohmann::json& usage);
  void add_metrics(const nlohmann::json& metrics);

  std::string text_;
  std::map<std::int64_t, Call> calls_;  ///< by the number of the block
  std::string stop_reason_;
  std::string explanation_;
  std::string served_model_;
  std::string fault_;
  model::Usage usage_;
  bool has_ended_ = false;
};

}  // namespace llmctl::providers::messages
