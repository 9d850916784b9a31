CREATE TABLE IF NOT EXISTS llmctl_migrations (
  version integer NOT NULL PRIMARY KEY,
  name varchar(100) NOT NULL,
  sha256 char(64) NOT NULL,
  applied_at datetime NOT NULL,
  duration_us integer NOT NULL,
  tool_version varchar(20) NOT NULL,
  applied_by varchar(20) NOT NULL
);
