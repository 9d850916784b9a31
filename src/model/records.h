#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/json.h"
#include "base/time.h"
#include "base/uuid.h"

/// Plain records of the tables that the backend and llmctl share, and of llmctl's own attempts.
/// Member names are column names; initial values are what a new row gets when nobody says
/// otherwise.
namespace llmctl::model {

struct LlmProvider {
  std::string id;
  std::string name;
  std::string provider_type;
  std::string description;
  std::string model_identifier;
  bool is_active = true;
  bool requires_polling = false;
  std::int64_t max_tokens = 4096;
  bool supports_streaming = false;
  std::optional<Decimal> cost_per_1k_input_tokens;  ///< USD
  std::optional<Decimal> cost_per_1k_output_tokens;
  JsonText configuration{"{}"};
  std::string min_role = "PROTEGRITY";
  std::int64_t display_order = 0;
  Timestamp created_at;
  Timestamp updated_at;
};

struct Agent {
  std::string id;
  std::string name;
  std::string description;
  std::string system_prompt;
  std::optional<std::string> default_llm;  ///< column default_llm_id
  bool is_active = true;
  std::string min_role = "PROTEGRITY";
  std::string icon;
  std::string color = "#FA5A25";
  std::int64_t display_order = 0;
  JsonText configuration{"{}"};
  Timestamp created_at;
  Timestamp updated_at;
  std::vector<std::string> allowed_llms;  ///< sorted ids; empty means no restriction
  std::vector<std::string> tools;         ///< sorted ids
};

struct Tool {
  std::string id;
  std::string name;
  std::string tool_type = "custom";
  std::string description;
  JsonText function_schema{"{}"};
  bool is_active = true;
  bool requires_auth = true;
  std::string min_role = "PROTEGRITY";
  JsonText configuration{"{}"};
  Timestamp created_at;
  Timestamp updated_at;
};

struct Conversation {
  Uuid id;
  std::string title = "New chat";
  std::string model_id;  ///< plain text: the id of the LLM in use
  std::optional<std::string> primary_agent;
  std::optional<std::string> primary_llm;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> deleted_at;
};

/// A conversation with its messages as seed files describe one: for tests that need a past.
struct ConversationFixture {
  std::string id;  ///< the key in the file, or a whole UUID, which then is the conversation's id
  std::string title = "New chat";
  std::optional<std::string> agent;  ///< column primary_agent_id
  std::optional<std::string> llm;    ///< column primary_llm_id
  std::string model_id;
  std::string at;  ///< created_at; RFC 3339, or in a file an offset from base_time such as "+5m"
  std::optional<std::string> updated_at;
  std::optional<std::string> deleted_at;
  JsonText messages{"[]"};  ///< see seeding/fixture.h
};

struct Message {
  Uuid id;
  Uuid conversation_id;
  std::string role;  ///< user, assistant or system
  std::string content;
  std::optional<std::string> agent;
  std::optional<std::string> llm_provider;
  std::optional<JsonText> protegrity_data;
  bool pending = false;
  bool blocked = false;
  Timestamp created_at;
  std::optional<Timestamp> deleted_at;
};

/// Tokens as the provider counted them; unknown is not zero.
struct Usage {
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cache_read_tokens;
  std::optional<std::int64_t> cache_write_tokens;
  std::optional<std::int64_t> reasoning_tokens;
};

/// How an attempt stands. `started`, `pending` are open; the others are final.
namespace attempt_status {
inline constexpr const char* started = "started";
inline constexpr const char* pending = "pending";
inline constexpr const char* completed = "completed";
inline constexpr const char* failed = "failed";
inline constexpr const char* cancelled = "cancelled";  ///< by a signal
}  // namespace attempt_status

/// How an attempt came to be.
namespace attempt_origin {
inline constexpr const char* start = "start";  ///< the turn that made its conversation
inline constexpr const char* chat = "chat";    ///< a turn in a conversation that was there
inline constexpr const char* backend =
    "backend";  ///< made for a pending message that the backend wrote
}  // namespace attempt_origin

/// One provider call.
struct Attempt {
  Uuid id;
  Uuid conversation_id;
  std::optional<Uuid> user_message_id;
  std::optional<Uuid> assistant_message_id;
  std::int64_t hop = 0;  ///< counts the tries of one turn from 0
  std::string origin = attempt_origin::chat;
  std::string actor;
  std::optional<std::string> agent;
  std::optional<std::int64_t> agent_revision;  ///< number in llmctl_revisions
  std::optional<std::string> llm_provider;
  std::optional<std::int64_t> llm_revision;
  std::string provider_type;
  std::string requested_model;
  std::optional<std::string> served_model;
  std::string status = attempt_status::started;
  std::optional<std::string> error_kind;
  std::optional<std::string> error_message;
  std::optional<std::int64_t> http_status;
  std::optional<std::string> request_id;
  std::optional<std::string> finish_reason;
  Usage usage;
  std::optional<std::int64_t> cost_nanousd;
  std::optional<std::int64_t> latency_us;  ///< microseconds from request to the whole answer
  std::optional<std::int64_t>
      first_token_us;  ///< microseconds from request to the first streamed byte
  std::optional<std::string> partial_content;
  std::optional<JsonText> tool_calls;
  std::optional<JsonText> tool_results;
  std::optional<JsonText> provider_state;
  std::optional<std::string> idempotency_key;
  Timestamp started_at;
  Timestamp lease_until;  ///< a `started` row older than this was abandoned
  std::optional<Timestamp> finished_at;
};

/// An agent, LLM or tool as it was at one time.
struct Revision {
  std::int64_t number = 0;
  std::string kind;  ///< llm_providers, agents or tools
  std::string object_id;
  std::string sha256;
  JsonText content;
  Timestamp recorded_at;
  std::string actor;
  std::string reason;
};

}  // namespace llmctl::model
