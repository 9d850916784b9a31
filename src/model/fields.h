#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/records.h"

/// One table per seedable kind that says what each field is called and how it is checked. Seed
/// files, SQL, json output and revisions all read it, so that a new column is one line here.
namespace llmctl::model {

template <class Record>
using Member =
    std::variant<std::string Record::*, std::optional<std::string> Record::*, bool Record::*,
                 std::int64_t Record::*, std::optional<Decimal> Record::*, JsonText Record::*>;

template <class Record>
struct Field {
  std::string_view name;    ///< in seed files and json output
  std::string_view column;  ///< in the database
  Member<Record> member;
  int max_length = 0;             ///< code points; 0 means no limit
  std::string_view choices = {};  ///< allowed values, separated by blanks; empty means any
  bool required = false;          ///< a new object must name it
};

inline constexpr std::string_view role_choices = "PROTEGRITY STANDARD";

/// Kind names are table names and the sections of a seed file.
template <class Record>
inline constexpr std::string_view kind_of{};
template <>
inline constexpr std::string_view kind_of<LlmProvider> = "llm_providers";
template <>
inline constexpr std::string_view kind_of<Agent> = "agents";
template <>
inline constexpr std::string_view kind_of<Tool> = "tools";
template <>
inline constexpr std::string_view kind_of<ConversationFixture> = "conversations";

/// What messages call one of them.
template <class Record>
inline constexpr std::string_view noun_of{};
template <>
inline constexpr std::string_view noun_of<LlmProvider> = "provider";
template <>
inline constexpr std::string_view noun_of<Agent> = "agent";
template <>
inline constexpr std::string_view noun_of<Tool> = "tool";
template <>
inline constexpr std::string_view noun_of<ConversationFixture> = "conversation";

template <class Record>
inline constexpr int fields = 0;

template <>
inline constexpr std::array<Field<LlmProvider>, 13> fields<LlmProvider>{{
    {"name", "name", &LlmProvider::name, 100, {}, true},
    {"provider_type", "provider_type", &LlmProvider::provider_type, 20,
     "openai anthropic bedrock intercom azure google custom", true},
    {"description", "description", &LlmProvider::description},
    {"model_identifier", "model_identifier", &LlmProvider::model_identifier, 200},
    {"is_active", "is_active", &LlmProvider::is_active},
    {"requires_polling", "requires_polling", &LlmProvider::requires_polling},
    {"max_tokens", "max_tokens", &LlmProvider::max_tokens},
    {"supports_streaming", "supports_streaming", &LlmProvider::supports_streaming},
    {"cost_per_1k_input_tokens", "cost_per_1k_input_tokens",
     &LlmProvider::cost_per_1k_input_tokens},
    {"cost_per_1k_output_tokens", "cost_per_1k_output_tokens",
     &LlmProvider::cost_per_1k_output_tokens},
    {"configuration", "configuration", &LlmProvider::configuration},
    {"min_role", "min_role", &LlmProvider::min_role, 32, role_choices},
    {"display_order", "display_order", &LlmProvider::display_order},
}};

template <>
inline constexpr std::array<Field<Agent>, 10> fields<Agent>{{
    {"name", "name", &Agent::name, 100, {}, true},
    {"description", "description", &Agent::description},
    {"system_prompt", "system_prompt", &Agent::system_prompt},
    {"default_llm", "default_llm_id", &Agent::default_llm, 50},
    {"is_active", "is_active", &Agent::is_active},
    {"min_role", "min_role", &Agent::min_role, 32, role_choices},
    {"icon", "icon", &Agent::icon, 50},
    {"color", "color", &Agent::color, 7},
    {"display_order", "display_order", &Agent::display_order},
    {"configuration", "configuration", &Agent::configuration},
}};

template <>
inline constexpr std::array<Field<Tool>, 8> fields<Tool>{{
    {"name", "name", &Tool::name, 100, {}, true},
    {"tool_type", "tool_type", &Tool::tool_type, 20,
     "protegrity api function database search custom"},
    {"description", "description", &Tool::description},
    {"function_schema", "function_schema", &Tool::function_schema},
    {"is_active", "is_active", &Tool::is_active},
    {"requires_auth", "requires_auth", &Tool::requires_auth},
    {"min_role", "min_role", &Tool::min_role, 32, role_choices},
    {"configuration", "configuration", &Tool::configuration},
}};

template <>
inline constexpr std::array<Field<ConversationFixture>, 8> fields<ConversationFixture>{{
    {"title", "title", &ConversationFixture::title, 255},
    {"agent", "agent", &ConversationFixture::agent, 50},
    {"llm", "llm", &ConversationFixture::llm, 50},
    {"model_id", "model_id", &ConversationFixture::model_id, 50},
    {"at", "at", &ConversationFixture::at},
    {"updated_at", "updated_at", &ConversationFixture::updated_at},
    {"deleted_at", "deleted_at", &ConversationFixture::deleted_at},
    {"messages", "messages", &ConversationFixture::messages},
}};

/// What an agent has several of, in tables of their own.
struct AgentRelation {
  std::string_view name;         ///< in seed files and json output
  std::string_view target_kind;  ///< of what the ids stand for
  std::vector<std::string> Agent::*member;
};
template <class Record>
inline constexpr std::array<AgentRelation, 0> relations{};
template <>
inline constexpr std::array<AgentRelation, 2> relations<Agent>{{
    {"allowed_llms", kind_of<LlmProvider>, &Agent::allowed_llms},
    {"tools", kind_of<Tool>, &Agent::tools},
}};

/// A set of a record's fields and relations: bit i is the i-th of `fields`, the relations follow.
using FieldBits = std::int64_t;
inline constexpr FieldBits bit(std::size_t position) { return FieldBits{1} << position; }
template <class Record>
inline constexpr std::size_t field_count = fields<Record>.size() + relations<Record>.size();
template <class Record>
inline constexpr FieldBits all_fields = bit(field_count<Record>) - 1;

/// The name at a bit's position.
template <class Record>
constexpr std::string_view field_name(std::size_t position) {
  const std::size_t first_relation = fields<Record>.size();
  return position < first_relation ? fields<Record>[position].name
                                   : relations<Record>[position - first_relation].name;
}
/// The set of one; empty for a name that the record has not.
template <class Record>
constexpr FieldBits bit_of(std::string_view name) {
  for (std::size_t i = 0; i < field_count<Record>; ++i) {
    if (field_name<Record>(i) == name) return bit(i);
  }
  return 0;
}

}  // namespace llmctl::model
