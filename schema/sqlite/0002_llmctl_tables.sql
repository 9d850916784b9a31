-- llmctl's own tables. None refers to the backend's, whose deletes would then fail.

CREATE TABLE llmctl_attempts (
  id char(32) NOT NULL PRIMARY KEY,
  conversation_id char(32) NOT NULL,
  user_message_id char(32) NULL,
  assistant_message_id char(32) NULL,
  hop integer NOT NULL,
  origin varchar(20) NOT NULL,
  actor varchar(255) NOT NULL,
  agent_id varchar(50) NULL,
  agent_revision integer NULL,
  llm_provider_id varchar(50) NULL,
  llm_revision integer NULL,
  provider_type varchar(20) NOT NULL,
  requested_model varchar(200) NOT NULL,
  served_model varchar(200) NULL,
  status varchar(20) NOT NULL,
  error_kind varchar(30) NULL,
  error_message text NULL,
  http_status integer NULL,
  request_id varchar(200) NULL,
  finish_reason varchar(50) NULL,
  input_tokens integer NULL,
  output_tokens integer NULL,
  cache_read_tokens integer NULL,
  cache_write_tokens integer NULL,
  reasoning_tokens integer NULL,
  cost_nanousd integer NULL,
  latency_us integer NULL,
  first_token_us integer NULL,
  partial_content text NULL,
  tool_calls text NULL CHECK (JSON_VALID(tool_calls) OR tool_calls IS NULL),
  tool_results text NULL CHECK (JSON_VALID(tool_results) OR tool_results IS NULL),
  provider_state text NULL CHECK (JSON_VALID(provider_state) OR provider_state IS NULL),
  idempotency_key varchar(255) NULL,
  started_at datetime NOT NULL,
  lease_until datetime NOT NULL,
  finished_at datetime NULL
);
CREATE INDEX llmctl_attempts_conversation ON llmctl_attempts (conversation_id, started_at);
CREATE INDEX llmctl_attempts_user_message ON llmctl_attempts (user_message_id, hop);
CREATE INDEX llmctl_attempts_assistant_message ON llmctl_attempts (assistant_message_id);
CREATE INDEX llmctl_attempts_started_at ON llmctl_attempts (started_at);

CREATE TABLE llmctl_leases (
  attempt_id char(32) NOT NULL PRIMARY KEY,
  owner varchar(100) NOT NULL,
  lease_until datetime NOT NULL,
  renewed_at datetime NOT NULL,
  polls integer NOT NULL,
  next_poll_at datetime NULL
);

CREATE TABLE llmctl_revisions (
  number integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  kind varchar(20) NOT NULL,
  object_id varchar(50) NOT NULL,
  sha256 char(64) NOT NULL,
  content text NOT NULL CHECK (JSON_VALID(content)),
  recorded_at datetime NOT NULL,
  actor varchar(255) NOT NULL,
  reason text NOT NULL
);
CREATE INDEX llmctl_revisions_object ON llmctl_revisions (kind, object_id, number);

CREATE TABLE llmctl_seed_objects (
  kind varchar(20) NOT NULL,
  object_id varchar(50) NOT NULL,
  seed_set varchar(100) NOT NULL,
  sha256 char(64) NOT NULL,
  applied text NOT NULL CHECK (JSON_VALID(applied)),
  applied_at datetime NOT NULL,
  PRIMARY KEY (kind, object_id)
);
CREATE INDEX llmctl_seed_objects_set ON llmctl_seed_objects (seed_set);
