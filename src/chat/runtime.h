#pragma once

#include <functional>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"
#include "http/client.h"
#include "providers/provider.h"
#include "storage/database.h"

namespace llmctl::chat {

/// What turns and polls work with.
struct Runtime {
  storage::Database& database;
  Clock& clock;
  UuidSource& ids;
  RandomSource& random;
  http::Client* client = nullptr;  ///< absent where no provider that is used needs a network
  std::function<void(std::string_view)>
      notify;  ///< told what the user may want to know; must be callable
};

/// Performs exchanges until the provider has a result. What takes longer than `limit` has failed
/// with a timeout.
providers::ProviderResult run(Runtime& runtime, providers::Step step, Duration limit);

}  // namespace llmctl::chat
