#pragma once

#include <chrono>
#include <functional>
#include <random>
#include <string_view>

#include "base/time.h"

namespace llmctl::storage::sqlite {

/// SQLite's own handler backs off in fixed steps and starves waiters; short random sleeps do not.
struct BusyHandler {
  Duration limit;
  std::function<void(std::string_view)> notify;
  std::minstd_rand random;
  std::chrono::steady_clock::time_point since{};
  bool told = false;

  /// False when it is time to give up; `calls` counts those for the same lock.
  bool wait(int calls);
};

BusyHandler make_busy_handler(Duration limit, std::function<void(std::string_view)> notify);

}  // namespace llmctl::storage::sqlite
