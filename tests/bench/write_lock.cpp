#include "write_lock.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <future>
#include <memory>
#include <stdexcept>

#include "seeds.h"

namespace llmctl::bench {
namespace {

using std::chrono::steady_clock;

/// Asks for the write lock of a database, without waiting for it.
class Prober {
 public:
  explicit Prober(const std::filesystem::path& file) : connection_(nullptr, &sqlite3_close) {
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
    connection_.reset(connection);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(connection));
  }

  bool is_locked() const {
    const int code = execute("BEGIN IMMEDIATE");
    if (code == SQLITE_BUSY) return true;
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(connection_.get()));
    execute("ROLLBACK");
    return false;
  }

 private:
  int execute(const char* sql) const {
    return sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  }

  std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection_;
};

}  // namespace

std::chrono::duration<double, std::milli> longest_write_lock(const Workplace& workplace,
                                                             int objects) {
  const std::filesystem::path seeds = workplace.file("locking.yaml");
  write_yaml_seeds(seeds, objects);
  workplace.remove("locked.db");
  run(workplace.llmctl("locked.db", {"migrate"}));
  const Prober prober(workplace.file("locked.db"));

  auto apply = std::async(std::launch::async, [&] {
    return run(workplace.llmctl("locked.db", {"seed", "apply", seeds}));
  });
  steady_clock::duration longest{};
  auto free_until = steady_clock::now();
  while (apply.wait_for(std::chrono::microseconds(100)) != std::future_status::ready) {
    const bool locked = prober.is_locked();
    const auto now = steady_clock::now();
    if (locked) longest = std::max(longest, now - free_until);
    if (!locked) free_until = now;
  }
  apply.get();
  if (longest == steady_clock::duration{})
    throw std::runtime_error("the write lock was never seen taken: measure more objects");
  return longest;
}

}  // namespace llmctl::bench
