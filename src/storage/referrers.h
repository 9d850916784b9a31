#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace llmctl::storage {

/// What refers to objects of llm_providers, agents, tools and conversations, and would be lost or
/// left hanging with them. Valid while nobody else writes: within a Transaction.
class Referrers {
 public:
  explicit Referrers(Database& database);

  /// "3 messages", "agent 'x'", "2 rows of api_keys". Empty when the object can be deleted.
  std::vector<std::string> of(std::string_view kind, const std::string& id);

 private:
  /// A column of a table that llmctl does not know, and what it refers to.
  struct ForeignColumn {
    std::string table, column, target;
  };
  using Counts = std::map<std::string, std::int64_t, std::less<>>;

  void add_foreign_rows(std::vector<std::string>& found, std::string_view target,
                        const std::string& condition, const Value& id);

  Database& database_;
  std::vector<ForeignColumn> foreign_columns_;
  Counts attempts_of_agents_;  ///< counted once: no index leads from either to its attempts
  Counts attempts_of_llms_;
};

}  // namespace llmctl::storage
