#include "chat/participants.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "storage/catalog.h"

namespace llmctl::chat {
namespace {

using model::Agent;
using model::LlmProvider;

template <class Record>
void require_active(const Record& record) {
  if (record.is_active) return;
  throw Error(ErrorKind::refused,
              fmt::format("{} '{}' is inactive", model::noun_of<Record>, record.id),
              fmt::format("llmctl {} enable {}", model::noun_of<Record>, record.id));
}

void require_allowed(const std::optional<Agent>& agent, const std::optional<LlmProvider>& llm) {
  if (!agent || agent->allowed_llms.empty()) return;
  const std::string id = llm ? llm->id : dummy_id;
  if (std::ranges::find(agent->allowed_llms, id) != agent->allowed_llms.end()) return;
  throw Error(ErrorKind::refused, fmt::format("agent '{}' may not use LLM '{}'", agent->id, id),
              fmt::format("allowed: {}; llmctl agent set {} allowed_llms={},{} allows it, too",
                          fmt::join(agent->allowed_llms, ", "), agent->id,
                          fmt::join(agent->allowed_llms, ","), id));
}

std::vector<model::Tool> active_tools(storage::Database& database, const Agent& agent) {
  std::vector<model::Tool> tools;
  for (const std::string& id : agent.tools) {
    auto tool = storage::find<model::Tool>(database, id);
    if (tool && tool->is_active) tools.push_back(std::move(*tool));
  }
  return tools;
}

}  // namespace

LlmProvider find_llm(storage::Database& database, const std::string& name) {
  if (auto llm = storage::find<LlmProvider>(database, name)) return *llm;
  std::vector<std::string> with_model;
  if (!name.empty()) with_model = storage::llm_ids_by_model(database, name);
  if (with_model.size() > 1) {
    throw Error(
        ErrorKind::usage,
        fmt::format("several providers run model '{}': {}", name, fmt::join(with_model, ", ")),
        "name one of them");
  }
  return storage::require<LlmProvider>(database, with_model.empty() ? name : with_model.front());
}

Participants resolve_participants(storage::Database& database,
                                  const model::Conversation& conversation,
                                  const std::optional<std::string>& agent_name,
                                  const std::optional<std::string>& llm_name) {
  Participants who;
  if (const auto& id = agent_name ? agent_name : conversation.primary_agent)
    who.agent = storage::require<Agent>(database, *id);

  if (llm_name) {
    who.llm = find_llm(database, *llm_name);
  } else if (conversation.primary_llm) {
    who.llm = storage::require<LlmProvider>(database, *conversation.primary_llm);
  } else if (who.agent && who.agent->default_llm) {
    who.llm = storage::require<LlmProvider>(database, *who.agent->default_llm);
  } else {
    who.llm = storage::find<LlmProvider>(database, dummy_id);
    who.llm_is_fallback = true;
  }

  if (who.agent) require_active(*who.agent);
  if (who.llm) require_active(*who.llm);
  require_allowed(who.agent, who.llm);
  if (who.agent) who.tools = active_tools(database, *who.agent);
  return who;
}

}  // namespace llmctl::chat
