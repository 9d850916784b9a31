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
  providers::ProviderContext context = {};
};

/// Performs exchanges until the provider has a result; text that is streamed goes to `sink`, if
/// there is one. What takes longer than `limit` has failed with a timeout, what a signal ended as
/// cancelled.
providers::ProviderResult run(Runtime& runtime, providers::Step step, Duration limit,
                              providers::StreamSink* sink = nullptr);

}  // namespace llmctl::chat
