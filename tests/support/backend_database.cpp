#include "tests/support/backend_database.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/support/inspector.h"

namespace llmctl::test {
namespace {

constexpr const char* other_tables = R"sql(
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL);
CREATE TABLE "user_profiles" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "role" varchar(32) NOT NULL, "user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "django_migrations" ("app", "name", "applied") VALUES ('contenttypes', '0001_initial', '2026-01-05 08:00:00.101010'), ('auth', '0001_initial', '2026-01-05 08:00:00.202020'), ('chat', '0001_initial', '2026-01-05 08:00:01');
INSERT INTO "auth_user" VALUES (1, '!', NULL, 1, 'ada', 1, '2026-01-05 08:01:00');
INSERT INTO "user_profiles" VALUES (1, 'PROTEGRITY', 1);
INSERT INTO "django_session" VALUES ('k7', 'e30', '2026-02-05 08:01:00');
)sql";

// Columns that came with a later migration stand last, as after Django's rebuild of a table.
constexpr const char* chat_tables = R"sql(
CREATE TABLE "llm_providers" ("id" varchar(50) NOT NULL PRIMARY KEY, "name" varchar(100) NOT NULL, "provider_type" varchar(20) NOT NULL, "description" text NOT NULL, "model_identifier" varchar(200) NOT NULL, "is_active" bool NOT NULL, "requires_polling" bool NOT NULL, "max_tokens" integer NOT NULL, "supports_streaming" bool NOT NULL, "cost_per_1k_input_tokens" decimal NULL, "cost_per_1k_output_tokens" decimal NULL, "configuration" text NOT NULL CHECK ((JSON_VALID("configuration") OR "configuration" IS NULL)), "display_order" integer NOT NULL, "created_at" datetime NOT NULL, "updated_at" datetime NOT NULL, "min_role" varchar(32) NOT NULL);
CREATE INDEX "llm_providers_is_active_6e1c2b8d" ON "llm_providers" ("is_active");
CREATE INDEX "llm_providers_min_role_0d5a9f31" ON "llm_providers" ("min_role");
CREATE TABLE "agents" ("id" varchar(50) NOT NULL PRIMARY KEY, "name" varchar(100) NOT NULL, "description" text NOT NULL, "system_prompt" text NOT NULL, "is_active" bool NOT NULL, "icon" varchar(50) NOT NULL, "color" varchar(7) NOT NULL, "display_order" integer NOT NULL, "configuration" text NOT NULL CHECK ((JSON_VALID("configuration") OR "configuration" IS NULL)), "created_at" datetime NOT NULL, "updated_at" datetime NOT NULL, "default_llm_id" varchar(50) NULL REFERENCES "llm_providers" ("id") DEFERRABLE INITIALLY DEFERRED, "min_role" varchar(32) NOT NULL);
CREATE INDEX "agents_is_active_3f0b7c52" ON "agents" ("is_active");
CREATE INDEX "agents_default_llm_id_5b0e29fb" ON "agents" ("default_llm_id");
CREATE INDEX "agents_min_role_c1d7741e" ON "agents" ("min_role");
CREATE TABLE "tools" ("id" varchar(50) NOT NULL PRIMARY KEY, "name" varchar(100) NOT NULL, "tool_type" varchar(20) NOT NULL, "description" text NOT NULL, "function_schema" text NOT NULL, "is_active" bool NOT NULL, "requires_auth" bool NOT NULL, "min_role" varchar(32) NOT NULL, "configuration" text NOT NULL, "created_at" datetime NOT NULL, "updated_at" datetime NOT NULL, CONSTRAINT "tools_function_schema_json" CHECK ((JSON_VALID("function_schema") OR "function_schema" IS NULL)), CONSTRAINT "tools_configuration_json" CHECK ((JSON_VALID("configuration") OR "configuration" IS NULL)));
CREATE INDEX "tools_is_active_9a44d0c7" ON "tools" ("is_active");
CREATE INDEX "tools_min_role_52ef6b18" ON "tools" ("min_role");
CREATE TABLE "agents_allowed_llms" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "agent_id" varchar(50) NOT NULL REFERENCES "agents" ("id") DEFERRABLE INITIALLY DEFERRED, "llmprovider_id" varchar(50) NOT NULL REFERENCES "llm_providers" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE UNIQUE INDEX "agents_allowed_llms_agent_id_llmprovider_id_b1f4d2aa_uniq" ON "agents_allowed_llms" ("agent_id", "llmprovider_id");
CREATE INDEX "agents_allowed_llms_agent_id_8a40cf66" ON "agents_allowed_llms" ("agent_id");
CREATE INDEX "agents_allowed_llms_llmprovider_id_e7b58d03" ON "agents_allowed_llms" ("llmprovider_id");
CREATE TABLE "tools_agents" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "tool_id" varchar(50) NOT NULL, "agent_id" varchar(50) NOT NULL, CONSTRAINT "tools_agents_tool_id_2f61c8d9_fk" FOREIGN KEY ("tool_id") REFERENCES "tools" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "tools_agents_agent_id_7d3351b0_fk" FOREIGN KEY ("agent_id") REFERENCES "agents" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "tools_agents_pair" UNIQUE ("tool_id", "agent_id"));
CREATE INDEX "tools_agents_tool_id_44b09c1f" ON "tools_agents" ("tool_id");
CREATE INDEX "tools_agents_agent_id_a96be274" ON "tools_agents" ("agent_id");
CREATE TABLE "conversations" ("id" char(32) NOT NULL PRIMARY KEY, "title" varchar(255) NOT NULL, "model_id" varchar(50) NOT NULL, "created_at" datetime NOT NULL, "updated_at" datetime NOT NULL, "deleted_at" datetime NULL, "primary_agent_id" varchar(50) NULL REFERENCES "agents" ("id") DEFERRABLE INITIALLY DEFERRED, "primary_llm_id" varchar(50) NULL REFERENCES "llm_providers" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "conversations_title_d7c0aa15" ON "conversations" ("title");
CREATE INDEX "conversations_model_id_19e4f6b3" ON "conversations" ("model_id");
CREATE INDEX "conversations_created_at_60b8d97c" ON "conversations" ("created_at");
CREATE INDEX "conversations_updated_at_f3a1e02d" ON "conversations" ("updated_at");
CREATE INDEX "conversations_deleted_at_8c5d7b44" ON "conversations" ("deleted_at");
CREATE INDEX "conversations_primary_agent_id_0ba9c6e1" ON "conversations" ("primary_agent_id");
CREATE INDEX "conversations_primary_llm_id_ce82f05a" ON "conversations" ("primary_llm_id");
CREATE INDEX "conv_active_idx" ON "conversations" ("updated_at" DESC, "deleted_at");
CREATE TABLE "messages" ("id" char(32) NOT NULL PRIMARY KEY, "role" varchar(20) NOT NULL, "content" text NOT NULL, "protegrity_data" text NULL CHECK ((JSON_VALID("protegrity_data") OR "protegrity_data" IS NULL)), "pending" bool NOT NULL, "blocked" bool NOT NULL, "created_at" datetime NOT NULL, "deleted_at" datetime NULL, "agent_id" varchar(50) NULL REFERENCES "agents" ("id") DEFERRABLE INITIALLY DEFERRED, "conversation_id" char(32) NOT NULL REFERENCES "conversations" ("id") DEFERRABLE INITIALLY DEFERRED, "llm_provider_id" varchar(50) NULL REFERENCES "llm_providers" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "messages_role_5ed3b920" ON "messages" ("role");
CREATE INDEX "messages_pending_b7f21c08" ON "messages" ("pending");
CREATE INDEX "messages_blocked_d40a6e95" ON "messages" ("blocked");
CREATE INDEX "messages_created_at_2c9b13f7" ON "messages" ("created_at");
CREATE INDEX "messages_conversation_id_5ef638db" ON "messages" ("conversation_id");
CREATE INDEX "messages_agent_id_e1907fa2" ON "messages" ("agent_id");
CREATE INDEX "messages_llm_provider_id_03d8bb6c" ON "messages" ("llm_provider_id");
CREATE INDEX "msg_conv_time_idx" ON "messages" ("conversation_id", "created_at");
CREATE INDEX "msg_llm_time_idx" ON "messages" ("llm_provider_id", "created_at");
CREATE INDEX "msg_agent_time_idx" ON "messages" ("agent_id", "created_at");
)sql";

constexpr const char* odd_rows = R"sql(
INSERT INTO llm_providers (id, name, provider_type, description, model_identifier, is_active, requires_polling, max_tokens, supports_streaming, cost_per_1k_input_tokens, cost_per_1k_output_tokens, configuration, min_role, display_order, created_at, updated_at) VALUES
  ('fin', 'Intercom Fin', 'intercom', '', '', 1, 1, 4096, 0, 0, NULL, '{ "relay" :"https://relay.example/fin" }', 'STANDARD', 0, '2026-01-05 08:02:00', '2026-01-05 08:02:00'),
  ('gpt', 'GPT "caf' || char(233) || '"', 'openai', 'a' || char(10) || 'b', 'gpt-x', 1, 0, 8192, 1, 0.003, 15, '{"note": "caf\u00e9 \ud83d\ude00",  "n": 1.50}', 'PROTEGRITY', -1, '2026-01-05 08:02:00.000001', '2026-03-01 00:00:00.500000'),
  ('old', 'Retired', 'custom', '', '', 0, 0, 0, 0, NULL, NULL, '{}', 'PROTEGRITY', 2147483647, '2026-01-05 08:02:00', '2026-01-05 08:02:00');
INSERT INTO agents (id, name, description, system_prompt, default_llm_id, is_active, min_role, icon, color, display_order, configuration, created_at, updated_at) VALUES
  ('expert', 'Expert', '', 'You know.', 'gpt', 1, 'PROTEGRITY', '', '#FA5A25', 0, '{"a":1, "a":2}', '2026-01-05 08:03:00', '2026-01-05 08:03:00.25'),
  ('nobody', 'Nobody', 'off', '', NULL, 0, 'STANDARD', 'ghost', '#000000', 1, '[]', '2026-01-05 08:03:00', '2026-01-05 08:03:00');
INSERT INTO tools VALUES ('search', 'Search', 'search', '', ' {"type" : "object"} ', 1, 0, 'STANDARD', 'null', '2026-01-05 08:04:00', '2026-01-05 08:04:00');
INSERT INTO agents_allowed_llms (id, agent_id, llmprovider_id) VALUES (1, 'expert', 'gpt'), (7, 'expert', 'fin');
INSERT INTO tools_agents (id, tool_id, agent_id) VALUES (3, 'search', 'expert');
INSERT INTO conversations (id, title, model_id, primary_agent_id, primary_llm_id, created_at, updated_at, deleted_at) VALUES
  ('0190a000000070008000000000000001', 'New chat', 'gpt', 'expert', 'gpt', '2026-01-06 09:00:00', '2026-01-06 09:00:02.000500', NULL),
  ('0190a000000070008000000000000002', '', 'gone-model', NULL, NULL, '2026-01-06 09:10:00', '2026-01-06 09:10:00', NULL),
  ('0190a000000070008000000000000003', 'deleted', 'gpt', NULL, 'old', '2026-01-06 09:20:00', '2026-01-06 09:21:00', '2026-01-07 00:00:00');
INSERT INTO messages (id, conversation_id, role, content, agent_id, llm_provider_id, protegrity_data, pending, blocked, created_at, deleted_at) VALUES
  ('0190a000000070008000000000000011', '0190a000000070008000000000000001', 'user', 'caf' || char(233) || ' ' || char(128512), NULL, NULL, NULL, 0, 0, '2026-01-06 09:00:00', NULL),
  ('0190a000000070008000000000000012', '0190a000000070008000000000000001', 'assistant', 'An answer.', 'expert', 'gpt', '{"entities" : [ "NAME" ], "score": 0.10}', 0, 0, '2026-01-06 09:00:01.000500', NULL),
  ('0190a000000070008000000000000013', '0190a000000070008000000000000001', 'user', 'my card is ****', NULL, NULL, '{"blocked_by": "pan"}', 0, 1, '2026-01-06 09:00:02', NULL),
  ('0190a000000070008000000000000021', '0190a000000070008000000000000002', 'user', '', NULL, NULL, NULL, 0, 0, '2026-01-06 09:10:00', NULL),
  ('0190a000000070008000000000000022', '0190a000000070008000000000000002', 'assistant', '', NULL, 'fin', '{"fin_conversation_id": "f-1"}', 1, 0, '2026-01-06 09:10:01', NULL),
  ('0190a000000070008000000000000023', '0190a000000070008000000000000002', 'assistant', 'done meanwhile', NULL, 'fin', 'null', 0, 0, '2026-01-06 09:10:02', NULL),
  ('0190a000000070008000000000000031', '0190a000000070008000000000000003', 'system', 'Be brief.', NULL, NULL, NULL, 0, 0, '2026-01-06 09:20:00', '2026-01-07 00:00:00');
)sql";

}  // namespace

void make_backend_database(const std::filesystem::path& file) {
  Inspector inspector(file, Inspector::Opening::create);
  inspector.execute("BEGIN");
  inspector.execute(other_tables);
  inspector.execute(chat_tables);
  inspector.execute("COMMIT");
}

void add_odd_rows(const std::filesystem::path& file) { Inspector(file).execute(odd_rows); }

std::string dump_without_llmctl(const std::filesystem::path& file) {
  Inspector inspector(file);
  std::string dump;
  for (const std::string& sql : inspector.texts(
           "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'llmctl\\_%' "
           "ESCAPE '\\' ORDER BY type, name")) {
    dump += sql + "\n";
  }
  for (const std::string& table : inspector.texts(
           "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'llmctl\\_%' "
           "ESCAPE '\\' ORDER BY name")) {
    std::vector<std::string> values;
    for (const std::string& column :
         inspector.texts(fmt::format("SELECT name FROM pragma_table_info('{}')", table))) {
      values.push_back(fmt::format("typeof(\"{0}\") || ' ' || quote(\"{0}\")", column));
    }
    const std::string row = fmt::format("{}", fmt::join(values, " || ', ' || "));
    const std::string filter = table == "sqlite_sequence" ? "name NOT LIKE 'llmctl%'" : "TRUE";
    for (const std::string& text :
         inspector.texts(fmt::format("SELECT '{0}: ' || rowid || ': ' || {1} FROM \"{0}\" WHERE "
                                     "{2} ORDER BY rowid",
                                     table, row, filter))) {
      dump += text + "\n";
    }
  }
  return dump;
}

}  // namespace llmctl::test
