#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "http/message.h"
#include "model/records.h"

namespace llmctl::providers {

/// How an answer is to be made. What nobody set is not sent: the provider's own default holds.
struct TurnSettings {
  std::optional<std::int64_t> max_tokens;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::vector<std::string> stop;
  std::optional<std::int64_t> seed;
  std::optional<double> presence_penalty;
  std::optional<double> frequency_penalty;
  std::optional<JsonText> response_format;  ///< a mapping
  std::optional<std::string> reasoning_effort;
  std::optional<JsonText> tool_choice;  ///< a text or a mapping
  std::optional<bool> parallel_tool_calls;
  http::Headers extra_headers;
  JsonText extra_body{"{}"};  ///< a mapping: fields of the request that llmctl does not know
};

/// Throws Error(configuration) for an LLM that does not say which model it stands for.
void require_model(const model::LlmProvider& llm);

/// From the agent's configuration, else the LLM's, key by key; the members of extra_headers and
/// extra_body too. max_tokens is at most the LLM's column `max_tokens`, which is also the default,
/// unless that is not positive. Throws Error(configuration) that names the key for a value of
/// another type, and for a secret.
TurnSettings settings_of(const model::LlmProvider& llm, const std::optional<model::Agent>& agent);

}  // namespace llmctl::providers
