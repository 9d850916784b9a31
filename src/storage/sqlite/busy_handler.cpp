#include "storage/sqlite/busy_handler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "base/signals.h"

namespace llmctl::storage::sqlite {

bool BusyHandler::wait(int calls) {
  const auto now = std::chrono::steady_clock::now();
  if (calls == 0) {
    since = now;
    told = false;
  }
  const auto waited = now - since;
  if (waited >= limit || interrupted()) return false;
  if (!told && waited >= std::chrono::seconds(1) && notify) {
    told = true;
    notify(fmt::format("waiting for another program to release the database (up to {})",
                       to_string(limit)));
  }
  std::this_thread::sleep_for(std::chrono::microseconds(1000 + random() % 4000));
  return true;
}

BusyHandler make_busy_handler(Duration limit, std::function<void(std::string_view)> notify) {
  // Processes started together must not wait in step. (std::random_device would bind the program to
  // glibc 2.36.)
  return {limit, std::move(notify), std::minstd_rand(static_cast<unsigned>(getpid()))};
}

}  // namespace llmctl::storage::sqlite
