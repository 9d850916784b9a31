#pragma once

#include <vector>

#include "model/records.h"
#include "providers/provider.h"
#include "storage/database.h"

namespace llmctl::chat {

/// What a provider may know of a conversation, up to and including `last`: nothing deleted, blocked
/// or pending.
std::vector<providers::HistoryEntry> provider_history(storage::Database& database,
                                                      const model::Message& last);

}  // namespace llmctl::chat
