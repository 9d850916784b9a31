#pragma once

#include <string>
#include <vector>

namespace llmctl::storage {

struct ColumnSchema {
  std::string name;
  std::string type;  ///< as declared, in one spelling: "varchar(50)"
  std::string
      family;  ///< text, time, boolean, integer or decimal, whatever the length; else `type`
  bool nullable = true;
  std::string default_value;  ///< SQL; empty: none
};

/// What a table is, in values that can be compared. No index or constraint is named; SQL is in one
/// spelling; lists are sorted, but for columns and the primary key.
struct TableSchema {
  std::string name;
  std::vector<ColumnSchema> columns;
  std::vector<std::string> primary_key;   ///< its columns in order
  std::vector<std::string> uniques;       ///< "agent_id, llmprovider_id"
  std::vector<std::string> indexes;       ///< "updated_at desc, deleted_at"
  std::vector<std::string> foreign_keys;  ///< "agent_id -> agents (id) initially deferred"
  std::vector<std::string> checks;        ///< "json_valid ( content )"
  std::vector<std::string> options;       ///< "autoincrement", "strict", "without rowid"
};

}  // namespace llmctl::storage
