#include "chat/history.h"

#include "storage/conversations.h"

namespace llmctl::chat {

std::vector<providers::HistoryEntry> provider_history(storage::Database& database,
                                                      const model::Message& last) {
  std::vector<providers::HistoryEntry> history;
  for (model::Message& message : storage::history_until(database, last))
    history.push_back({std::move(message.role), std::move(message.content)});
  return history;
}

}  // namespace llmctl::chat
