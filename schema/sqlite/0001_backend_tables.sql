-- The chat backend's tables, as its own migrations would have left them.

CREATE TABLE llm_providers (
  id varchar(50) NOT NULL PRIMARY KEY,
  name varchar(100) NOT NULL,
  provider_type varchar(20) NOT NULL,
  description text NOT NULL,
  model_identifier varchar(200) NOT NULL,
  is_active bool NOT NULL,
  requires_polling bool NOT NULL,
  max_tokens integer NOT NULL,
  supports_streaming bool NOT NULL,
  cost_per_1k_input_tokens decimal NULL,
  cost_per_1k_output_tokens decimal NULL,
  configuration text NOT NULL CHECK (JSON_VALID(configuration) OR configuration IS NULL),
  min_role varchar(32) NOT NULL,
  display_order integer NOT NULL,
  created_at datetime NOT NULL,
  updated_at datetime NOT NULL
);
CREATE INDEX llm_providers_is_active ON llm_providers (is_active);
CREATE INDEX llm_providers_min_role ON llm_providers (min_role);

CREATE TABLE agents (
  id varchar(50) NOT NULL PRIMARY KEY,
  name varchar(100) NOT NULL,
  description text NOT NULL,
  system_prompt text NOT NULL,
  default_llm_id varchar(50) NULL REFERENCES llm_providers (id) DEFERRABLE INITIALLY DEFERRED,
  is_active bool NOT NULL,
  min_role varchar(32) NOT NULL,
  icon varchar(50) NOT NULL,
  color varchar(7) NOT NULL,
  display_order integer NOT NULL,
  configuration text NOT NULL CHECK (JSON_VALID(configuration) OR configuration IS NULL),
  created_at datetime NOT NULL,
  updated_at datetime NOT NULL
);
CREATE INDEX agents_is_active ON agents (is_active);
CREATE INDEX agents_default_llm_id ON agents (default_llm_id);
CREATE INDEX agents_min_role ON agents (min_role);

CREATE TABLE tools (
  id varchar(50) NOT NULL PRIMARY KEY,
  name varchar(100) NOT NULL,
  tool_type varchar(20) NOT NULL,
  description text NOT NULL,
  function_schema text NOT NULL CHECK (JSON_VALID(function_schema) OR function_schema IS NULL),
  is_active bool NOT NULL,
  requires_auth bool NOT NULL,
  min_role varchar(32) NOT NULL,
  configuration text NOT NULL CHECK (JSON_VALID(configuration) OR configuration IS NULL),
  created_at datetime NOT NULL,
  updated_at datetime NOT NULL
);
CREATE INDEX tools_is_active ON tools (is_active);
CREATE INDEX tools_min_role ON tools (min_role);

CREATE TABLE agents_allowed_llms (
  id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  agent_id varchar(50) NOT NULL REFERENCES agents (id) DEFERRABLE INITIALLY DEFERRED,
  llmprovider_id varchar(50) NOT NULL REFERENCES llm_providers (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX agents_allowed_llms_pair ON agents_allowed_llms (agent_id, llmprovider_id);
CREATE INDEX agents_allowed_llms_agent_id ON agents_allowed_llms (agent_id);
CREATE INDEX agents_allowed_llms_llmprovider_id ON agents_allowed_llms (llmprovider_id);

CREATE TABLE tools_agents (
  id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  tool_id varchar(50) NOT NULL REFERENCES tools (id) DEFERRABLE INITIALLY DEFERRED,
  agent_id varchar(50) NOT NULL REFERENCES agents (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX tools_agents_pair ON tools_agents (tool_id, agent_id);
CREATE INDEX tools_agents_tool_id ON tools_agents (tool_id);
CREATE INDEX tools_agents_agent_id ON tools_agents (agent_id);

CREATE TABLE conversations (
  id char(32) NOT NULL PRIMARY KEY,
  title varchar(255) NOT NULL,
  model_id varchar(50) NOT NULL,
  primary_agent_id varchar(50) NULL REFERENCES agents (id) DEFERRABLE INITIALLY DEFERRED,
  primary_llm_id varchar(50) NULL REFERENCES llm_providers (id) DEFERRABLE INITIALLY DEFERRED,
  created_at datetime NOT NULL,
  updated_at datetime NOT NULL,
  deleted_at datetime NULL
);
CREATE INDEX conversations_title ON conversations (title);
CREATE INDEX conversations_model_id ON conversations (model_id);
CREATE INDEX conversations_created_at ON conversations (created_at);
CREATE INDEX conversations_updated_at ON conversations (updated_at);
CREATE INDEX conversations_deleted_at ON conversations (deleted_at);
CREATE INDEX conversations_primary_agent_id ON conversations (primary_agent_id);
CREATE INDEX conversations_primary_llm_id ON conversations (primary_llm_id);
CREATE INDEX conv_active_idx ON conversations (updated_at DESC, deleted_at);

CREATE TABLE messages (
  id char(32) NOT NULL PRIMARY KEY,
  conversation_id char(32) NOT NULL REFERENCES conversations (id) DEFERRABLE INITIALLY DEFERRED,
  role varchar(20) NOT NULL,
  content text NOT NULL,
  agent_id varchar(50) NULL REFERENCES agents (id) DEFERRABLE INITIALLY DEFERRED,
  llm_provider_id varchar(50) NULL REFERENCES llm_providers (id) DEFERRABLE INITIALLY DEFERRED,
  protegrity_data text NULL CHECK (JSON_VALID(protegrity_data) OR protegrity_data IS NULL),
  pending bool NOT NULL,
  blocked bool NOT NULL,
  created_at datetime NOT NULL,
  deleted_at datetime NULL
);
CREATE INDEX messages_role ON messages (role);
CREATE INDEX messages_pending ON messages (pending);
CREATE INDEX messages_blocked ON messages (blocked);
CREATE INDEX messages_created_at ON messages (created_at);
CREATE INDEX messages_conversation_id ON messages (conversation_id);
CREATE INDEX messages_agent_id ON messages (agent_id);
CREATE INDEX messages_llm_provider_id ON messages (llm_provider_id);
CREATE INDEX msg_conv_time_idx ON messages (conversation_id, created_at);
CREATE INDEX msg_llm_time_idx ON messages (llm_provider_id, created_at);
CREATE INDEX msg_agent_time_idx ON messages (agent_id, created_at);
