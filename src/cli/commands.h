#pragma once

#include <array>
#include <string_view>

namespace llmctl::cli {

class Noun;

/// One noun. Help, dispatch, completion and the test of the man pages read this table, and nothing
/// else lists commands.
struct Command {
  std::string_view name;
  std::string_view aliases;  ///< other words for it, separated by blanks: its plural above all
  std::string_view
      default_verb;  ///< what a missing verb means; empty: there must be one, or there are none
  std::string_view summary;
  void (*build)(Noun&);
  bool keeps_timeout =
      false;  ///< obeys --timeout itself, because what it has begun must be recorded
};

void build_init(Noun& noun);
void build_migrate(Noun& noun);
void build_seed(Noun& noun);
void build_chat(Noun& noun);
void build_poll(Noun& noun);
void build_audit(Noun& noun);
void build_provider(Noun& noun);
void build_agent(Noun& noun);
void build_tool(Noun& noun);
void build_conversation(Noun& noun);
void build_doctor(Noun& noun);
void build_completion(Noun& noun);

inline constexpr std::array<Command, 12> commands{{
    {"init", "", "", "migrate and seed in one process", build_init},
    {"migrate", "", "up", "make or update the database's schema", build_migrate},
    {"seed", "seeds", "apply", "write providers, agents and tools from YAML", build_seed},
    {"chat", "", "", "send a message and store the answer", build_chat, true},
    {"poll", "", "", "fetch the answers of pending messages", build_poll},
    {"audit", "", "list", "who said what through which agent and LLM, at what cost", build_audit},
    {"provider", "providers llm llms", "", "list, show, change and revert LLM providers",
     build_provider},
    {"agent", "agents", "", "list, show, change and revert agents", build_agent},
    {"tool", "tools", "", "list, show, change and revert tools", build_tool},
    {"conversation", "conversations", "", "list, show, create, delete and restore conversations",
     build_conversation},
    {"doctor", "", "", "check the database, one line per check", build_doctor},
    {"completion", "", "", "print the completion script of a shell", build_completion},
}};

}  // namespace llmctl::cli
