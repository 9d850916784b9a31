#include "migration/migrate.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>
#include <thread>

#include "tests/migration/migration_set.h"
#include "tests/support/backend_database.h"
#include "tests/support/inspector.h"
#include "tests/support/program.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr int kills = 100;

std::uint32_t random_seed() {
  const char* variable = std::getenv("LLMCTL_TEST_SEED");
  return variable == nullptr ? 20261001U : static_cast<std::uint32_t>(std::stoul(variable));
}

/// A migration, in a process of its own, on a database that is made anew each time.
struct Job {
  std::function<void()> prepare;
  std::function<void()> work;
};

pid_t start(const Job& job) {
  const pid_t child = fork();
  if (child != 0) return child;
  try {
    job.work();
  } catch (...) {
    _exit(1);
  }
  _exit(0);
}

microseconds usual_time(const Job& job) {
  std::vector<microseconds> times;
  for (int i = 0; i < 5; ++i) {
    job.prepare();
    const auto begin = steady_clock::now();
    int status = 0;
    waitpid(start(job), &status, 0);
    times.push_back(std::chrono::duration_cast<microseconds>(steady_clock::now() - begin));
    REQUIRE(status == 0);
  }
  std::ranges::sort(times);
  return times[2];
}

/// Kills the job at moments spread over its usual run and a little beyond; `check` looks at what is
/// left each time, then the job is run to its end and `check_end` looks.
void kill_often(const Job& job, const std::function<void()>& check,
                const std::function<void()>& check_end) {
  const microseconds usual = usual_time(job);
  std::mt19937 random{random_seed()};
  std::uniform_int_distribution<microseconds::rep> delays(0, usual.count() * 6 / 5);
  int killed = 0;
  for (int i = 0; i < kills; ++i) {
    INFO("LLMCTL_TEST_SEED=" << random_seed() << ", kill " << i << " within " << usual.count());
    job.prepare();
    const pid_t child = start(job);
    std::this_thread::sleep_for(microseconds{delays(random)});
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE((WIFSIGNALED(status) || status == 0));
    killed += WIFSIGNALED(status) ? 1 : 0;
    check();
    waitpid(start(job), &status, 0);
    REQUIRE(status == 0);
    check_end();
  }
  CHECK(killed > kills / 4);
}

void remove_database(const fs::path& file) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(file.string() + suffix);
}

std::unique_ptr<storage::Database> open_to_migrate(const fs::path& file) {
  storage::OpenOptions options;
  options.access = storage::Access::create;
  return storage::open_database(storage::parse_location(file.string()), options);
}

void add_messages(const fs::path& file, int count) {
  Inspector(file).execute(fmt::format(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) INSERT INTO "
      "messages (id, conversation_id, role, content, pending, blocked, created_at) SELECT "
      "printf('%032x', i), '0190a000000070008000000000000001', 'user', printf('%0500d', i), 0, 0, "
      "'2026-01-06 09:00:00' FROM n",
      count));
}

std::vector<fs::path> copies_in(const fs::path& folder) {
  std::vector<fs::path> copies;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().find("-at-") != std::string::npos)
      copies.push_back(entry.path());
  }
  return copies;
}

TEST_CASE("a killed adoption leaves nothing or everything, and no copy that is not whole",
          "[stress]") {
  const TemporaryDirectory directory;
  const fs::path model = directory / "model.db";
  const fs::path file = directory / "test.db";
  make_backend_database(model);
  add_odd_rows(model);
  add_messages(model, 2000);
  const std::string dump = dump_without_llmctl(model);
  const Job adopt{[&] {
                    remove_database(file);
                    for (const fs::path& copy : copies_in(directory.path())) fs::remove(copy);
                    fs::copy_file(model, file);
                  },
                  [&] {
                    migration::UpOptions options;
                    options.backup = {file, {}};
                    migration::up(*open_to_migrate(file), options, *make_system_clock());
                  }};
  int nothing = 0;
  int copies_of_nothing = 0;
  const auto check_copies = [&] {
    for (const fs::path& copy : copies_in(directory.path())) {
      CHECK(Inspector(copy).damage() == "");
      CHECK((dump_without_llmctl(copy) == dump));
    }
  };
  const std::string own = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'llmctl%'";
  std::int64_t all = 0;
  const auto check_end = [&] {
    Inspector inspector(file);
    CHECK(inspector.damage() == "");
    all = inspector.number(own);
    CHECK(inspector.number("SELECT count(*) FROM llmctl_migrations") == 3);
    CHECK((dump_without_llmctl(file) == dump));
    check_copies();
    CHECK(copies_in(directory.path()).size() <= 2);
  };
  kill_often(
      adopt,
      [&] {
        Inspector inspector(file);
        CHECK(inspector.damage() == "");
        CHECK((dump_without_llmctl(file) == dump));
        const std::int64_t made = inspector.number(own);
        CHECK((made == 0 || all == 0 || made == all));
        nothing += made == 0 ? 1 : 0;
        copies_of_nothing += made == 0 && !copies_in(directory.path()).empty() ? 1 : 0;
        check_copies();
      },
      check_end);
  CHECK(nothing > 0);
  INFO("killed between copy and commit: " << copies_of_nothing);
}

TEST_CASE("a killed rebuild of a table leaves the old table or the new one, with all rows",
          "[stress]") {
  const TemporaryDirectory directory;
  const fs::path model = directory / "model.db";
  const fs::path file = directory / "test.db";
  TestMigrations migrations;
  migrations.add("family",
                 "CREATE TABLE llmctl_parent (id integer PRIMARY KEY, text text);\n"
                 "CREATE TABLE llmctl_child (id integer PRIMARY KEY, parent_id integer NOT NULL "
                 "REFERENCES llmctl_parent (id) ON DELETE CASCADE);");
  const auto clock = make_system_clock();
  migration::up(*open_to_migrate(model), {}, *clock, migrations.set());
  Inspector(model).execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO "
      "llmctl_parent SELECT i, printf('%0200d', i) FROM n; INSERT INTO llmctl_child SELECT id, id "
      "FROM llmctl_parent; PRAGMA wal_checkpoint(TRUNCATE)");
  migrations.add("rebuild",
                 "CREATE TABLE llmctl_new (id integer PRIMARY KEY, text text, more text);\n"
                 "INSERT INTO llmctl_new (id, text) SELECT id, text FROM llmctl_parent;\n"
                 "DROP TABLE llmctl_parent;\nALTER TABLE llmctl_new RENAME TO llmctl_parent;");
  const Job rebuild{
      [&] {
        remove_database(file);
        fs::copy_file(model, file);
      },
      [&] { migration::up(*open_to_migrate(file), {}, *make_system_clock(), migrations.set()); }};
  int old = 0;
  const auto check_rows = [&](Inspector& inspector) {
    CHECK(inspector.damage() == "");
    CHECK(inspector.number("SELECT count(*) FROM llmctl_parent") == 5000);
    CHECK(inspector.number("SELECT count(*) FROM llmctl_child") == 5000);
  };
  const std::string columns = "SELECT count(*) FROM pragma_table_info('llmctl_parent')";
  kill_often(
      rebuild,
      [&] {
        Inspector inspector(file);
        check_rows(inspector);
        const bool is_new = inspector.number("SELECT count(*) FROM llmctl_migrations") == 2;
        CHECK(inspector.number(columns) == (is_new ? 3 : 2));
        old += is_new ? 0 : 1;
      },
      [&] {
        Inspector inspector(file);
        check_rows(inspector);
        CHECK(inspector.number(columns) == 3);
      });
  CHECK(old > 0);
}

TEST_CASE("of many migrates on a database of the backend's one adopts and copies it", "[stress]") {
  const std::string mode = GENERATE("delete", "wal");
  for (int round = 0; round < 10; ++round) {
    INFO("round " << round << ", " << mode);
    const Program program;
    make_backend_database(program.database());
    add_odd_rows(program.database());
    Inspector(program.database()).execute("PRAGMA journal_mode = " + mode);
    const std::string dump = dump_without_llmctl(program.database());
    const std::vector<ProcessOptions> commands(8, program.command({"migrate", "-q", "--backup"}));
    const auto results = run_together(commands);
    CHECK(failures(results) == "");
    const auto says = [&](const std::string& text) {
      return std::ranges::count_if(results, [&](const ProcessResult& result) {
        return result.out.find(text) != std::string::npos;
      });
    };
    CHECK(says("adopted 0001_backend_tables") == 1);
    CHECK(says("nothing to do") == 7);
    CHECK(copies_in(program.directory().path()).size() == 1);
    CHECK(dump_without_llmctl(program.database()) == dump);
    CHECK(Inspector(program.database()).damage() == "");
  }
}

}  // namespace
}  // namespace llmctl::test
