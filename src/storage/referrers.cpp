#include "storage/referrers.h"

#include <fmt/format.h>

#include <array>

#include "base/uuid.h"
#include "model/fields.h"

namespace llmctl::storage {
namespace {

struct Counted {
  std::string_view what;  ///< in the plural
  std::string_view sql;   ///< of which ?1 is the id
};

constexpr std::array<Counted, 3> of_llm{{
    {"messages", "SELECT COUNT(*) FROM messages WHERE llm_provider_id = ?1"},
    {"conversations",
     "SELECT COUNT(*) FROM conversations WHERE primary_llm_id = ?1 OR model_id = ?1"},
    {"attempts", "SELECT COUNT(*) FROM llmctl_attempts WHERE llm_provider_id = ?1"},
}};
constexpr std::array<Counted, 3> of_agent{{
    {"messages", "SELECT COUNT(*) FROM messages WHERE agent_id = ?1"},
    {"conversations", "SELECT COUNT(*) FROM conversations WHERE primary_agent_id = ?1"},
    {"attempts", "SELECT COUNT(*) FROM llmctl_attempts WHERE agent_id = ?1"},
}};
constexpr std::array<Counted, 1> of_conversation{{
    {"attempts", "SELECT COUNT(*) FROM llmctl_attempts WHERE conversation_id = ?1"},
}};

constexpr std::string_view agents_of_llm =
    "SELECT id FROM agents WHERE default_llm_id = ?1 OR EXISTS (SELECT 1 FROM agents_allowed_llms "
    "AS a WHERE a.agent_id = agents.id AND a.llmprovider_id = ?1) ORDER BY id";
constexpr std::string_view agents_of_tool =
    "SELECT agent_id FROM tools_agents WHERE tool_id = ?1 ORDER BY agent_id";

template <std::size_t size>
void add_counts(std::vector<std::string>& found, Database& database,
                const std::array<Counted, size>& references, const Value& id) {
  for (const Counted& reference : references) {
    const auto count =
        *find_one(database, reference.sql, {id}, [](const Row& row) { return row.integer(0); });
    if (count > 0) {
      const std::string_view singular = reference.what.substr(0, reference.what.size() - 1);
      found.push_back(fmt::format("{} {}", count, count == 1 ? singular : reference.what));
    }
  }
}

void add_agents(std::vector<std::string>& found, Database& database, std::string_view sql,
                const std::string& id) {
  database.query(sql, {id},
                 [&](const Row& row) { found.push_back(fmt::format("agent '{}'", row.text(0))); });
}

}  // namespace

std::vector<std::string> referrers(Database& database, std::string_view kind,
                                   const std::string& id) {
  std::vector<std::string> found;
  if (kind == model::kind_of<model::LlmProvider>) {
    add_agents(found, database, agents_of_llm, id);
    add_counts(found, database, of_llm, id);
  } else if (kind == model::kind_of<model::Agent>) {
    add_counts(found, database, of_agent, id);
  } else if (kind == model::kind_of<model::Tool>) {
    add_agents(found, database, agents_of_tool, id);
  } else {
    add_counts(found, database, of_conversation, *parse_uuid(id));
  }
  return found;
}

}  // namespace llmctl::storage
