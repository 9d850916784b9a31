#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "storage/database.h"

/// Operations on providers, agents and tools.
namespace llmctl::admin {

struct ActiveChange {
  std::string kind;  ///< "provider", "agent" or "tool"
  std::string id;
  bool is_active = false;
  bool changed = false;  ///< false: it was so already, and nothing was written
};
/// Enables or disables an LlmProvider, Agent or Tool, keeping revisions of before and after, in one
/// transaction. Throws Error(not_found).
template <class Record>
ActiveChange set_active(storage::Database& database, const std::string& id, bool active,
                        Timestamp now, std::string_view actor);

}  // namespace llmctl::admin
