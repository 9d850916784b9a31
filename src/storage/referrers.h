#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace llmctl::storage {

/// What refers to an object of llm_providers, agents, tools or conversations and would be lost or
/// left hanging with it: "3 messages", "agent 'x'". Empty when it can be deleted.
std::vector<std::string> referrers(Database& database, std::string_view kind,
                                   const std::string& id);

}  // namespace llmctl::storage
