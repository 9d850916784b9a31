#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/records.h"
#include "storage/database.h"

namespace llmctl::chat {

/// The LLM that answers when nobody named one.
inline constexpr const char* dummy_id = "dummy";

/// Who answers a turn.
struct Participants {
  std::optional<model::Agent> agent;
  std::optional<model::LlmProvider>
      llm;                         ///< absent: the Dummy, in a database that has no row for it
  std::vector<model::Tool> tools;  ///< the agent's active ones
  bool llm_is_fallback = false;    ///< nobody named an LLM, so the Dummy answers
};

/// Agent: the one named, else the conversation's. LLM: the one named, else the conversation's, else
/// the agent's default, else the Dummy. Throws Error: not_found for an unknown id, refused for what
/// is inactive or not allowed for the agent.
Participants resolve_participants(storage::Database& database,
                                  const model::Conversation& conversation,
                                  const std::optional<std::string>& agent_name,
                                  const std::optional<std::string>& llm_name);

/// The LLM of this id, or the only one with this model_identifier. Throws Error: not_found, or
/// usage with the candidates.
model::LlmProvider find_llm(storage::Database& database, const std::string& name);

}  // namespace llmctl::chat
