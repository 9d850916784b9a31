// llmctl against the sqlite3 shell, whole processes: `./dev bench`.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <regex>
#include <thread>

#include "database.h"
#include "process.h"

namespace llmctl::bench {
namespace {

namespace fs = std::filesystem;

constexpr double peak_target_mib = 16;
constexpr int commits_target = 3;

struct Options {
  std::string llmctl;
  std::string sqlite3 = "sqlite3";
  std::string directory = "/tmp";
  int runs = 41;
  int messages = 1'000'000;
};

/// What is timed: the commands one after the other, after an untimed preparation.
struct Job {
  std::function<void()> prepare;
  std::vector<Command> commands;
};

struct Comparison {
  std::string what;
  std::string floor_is;
  double target;
  Job llmctl;
  Job floor;
};

struct Median {
  double milliseconds = 0;
  double peak_mib = 0;  ///< the highest of all runs
};

class Samples {
 public:
  void add(const Job& job, int directory) {
    if (job.prepare) job.prepare();
    syncfs(directory);  // what the preparation wrote is not charged to the job
    double milliseconds = 0;
    for (const Command& command : job.commands) {
      const Usage usage = run(command);
      milliseconds += usage.wall.count();
      peak_mib_ = std::max(peak_mib_, static_cast<double>(usage.peak_kib) / 1024);
    }
    milliseconds_.push_back(milliseconds);
  }

  Median median() {
    const auto middle =
        milliseconds_.begin() + static_cast<std::ptrdiff_t>(milliseconds_.size() / 2);
    std::nth_element(milliseconds_.begin(), middle, milliseconds_.end());
    return {*middle, peak_mib_};
  }

 private:
  std::vector<double> milliseconds_;
  double peak_mib_ = 0;
};

class Directory {
 public:
  explicit Directory(const fs::path& parent) {
    std::string name = parent / "llmctl_bench.XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot make a directory in " + parent.string());
    path_ = name;
    descriptor_ = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  ~Directory() {
    close(descriptor_);
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  const fs::path& path() const { return path_; }
  int descriptor() const { return descriptor_; }

 private:
  fs::path path_;
  int descriptor_ = -1;
};

/// The comparisons' programs, files and SQL.
class Bench {
 public:
  Bench(Options options, fs::path directory)
      : options_(std::move(options)), directory_(std::move(directory)) {
    const fs::path model = directory_ / "model.db";
    const std::string script =
        output_of(llmctl(model, {"migrate", "sql"}), directory_ / "script.sql");
    run(llmctl(model, {"migrate"}));
    migration_ =
        "PRAGMA auto_vacuum=INCREMENTAL;\nPRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\n"
        "BEGIN IMMEDIATE;\n" +
        script + Database(model).as_inserts("llmctl_migrations") + "COMMIT;\n";
    run(llmctl(model, {"seed"}));
    seed_ = seed_writes(Database(model));
  }

  Comparison version() const {
    return {"llmctl --version",
            "sqlite3 --version",
            2,
            {{}, {{{options_.llmctl, "--version"}}}},
            {{}, {{{options_.sqlite3, "--version"}}}}};
  }

  Comparison migrate_missing() const {
    return {"migrate, file missing",
            "sqlite3, same SQL, one transaction",
            2,
            {remove("a.db"), {llmctl("a.db", {"migrate"})}},
            {remove("b.db"), {shell("b.db", "migration.sql", migration_)}}};
  }

  Comparison migrate_nothing() const {
    run(llmctl("current.db", {"migrate"}));
    return {"migrate, nothing to do",
            "llmctl --version",
            1.5,
            {{}, {llmctl("current.db", {"migrate"})}},
            {{}, {{{options_.llmctl, "--version"}}}}};
  }

  Comparison migrate_and_seed() const {
    return {"migrate && seed, file missing",
            "sqlite3, same writes, two processes",
            3,
            {remove("a.db"), {llmctl("a.db", {"migrate"}), llmctl("a.db", {"seed"})}},
            {remove("b.db"),
             {shell("b.db", "migration.sql", migration_), shell("b.db", "seed.sql", seed_)}}};
  }

  Comparison turn() const {
    for (const char* file : {"turns.db", "floor_turns.db"}) {
      run(llmctl(file, {"init"}));
      run(turn_on(file));  // the first turn also keeps a revision of agent and LLM
    }
    const std::string writes = turn_writes(Database(directory_ / "turns.db"));
    // Every run writes rows of its own.
    const auto prepare = [this, writes, number = 0]() mutable {
      std::string fresh = writes;
      for (const char* row : {"@c", "@u", "@s", "@t"}) {
        fresh = std::regex_replace(fresh, std::regex(row),
                                   fmt::format("{:031x}{}", ++number, row[1] == 'c' ? 0 : 1));
      }
      write(directory_ / "turn.sql", fresh);
    };
    return {"one stored Dummy turn",
            "sqlite3, same rows, two transactions",
            2,
            {{}, {turn_on("turns.db")}},
            {prepare, {shell("floor_turns.db", "turn.sql", "")}}};
  }

  int commits_of_a_turn() const {
    run(llmctl("commits.db", {"init"}));
    run(turn_on("commits.db"));
    const Database reader(directory_ / "commits.db");
    reader.value(
        "SELECT count(*) FROM messages");  // an open connection keeps the log from being removed
    run(turn_on("commits.db"));
    return commits_in_log(directory_ / "commits.db-wal");
  }

  Comparison audit() const {
    fill("large.db", options_.messages);
    fill("small.db", std::min(1'000, options_.messages));
    return {fmt::format("audit list -n 20, {} messages", options_.messages),
            "the same at 1000 messages",
            2,
            {{}, {llmctl("large.db", {"audit", "list", "-n", "20"})}},
            {{}, {llmctl("small.db", {"audit", "list", "-n", "20"})}}};
  }

 private:
  Command llmctl(const fs::path& database, std::vector<std::string> arguments) const {
    Command command{{options_.llmctl, "-q", "--db", directory_ / database}};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    return command;
  }

  Command turn_on(const fs::path& database) const {
    return llmctl(database, {"chat", "-a", "data-protection-expert", "What is personal data?"});
  }

  Command shell(const fs::path& database, const fs::path& script, const std::string& sql) const {
    write(directory_ / script, sql);
    return {{options_.sqlite3, "-batch", "-bail", directory_ / database}, directory_ / script};
  }

  static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

  std::function<void()> remove(const std::string& database) const {
    return [file = (directory_ / database).string()] {
      for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(file + suffix);
    };
  }

  static std::string seed_writes(const Database& seeded) {
    std::string writes = "PRAGMA foreign_keys=ON;\nPRAGMA synchronous=FULL;\nBEGIN IMMEDIATE;\n";
    for (const std::string& table :
         seeded.column("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT "
                       "IN ('llmctl_migrations', 'sqlite_sequence')")) {
      writes += seeded.as_inserts(table);
    }
    return writes + "COMMIT;\n";
  }

  /// The rows of the latest turn, with its ids replaced by @c, @u, @s and @t.
  static std::string turn_writes(const Database& database) {
    const std::string latest = "FROM llmctl_attempts ORDER BY started_at DESC LIMIT 1";
    const std::string attempt = database.value("SELECT id " + latest);
    const std::string conversation = database.value("SELECT conversation_id " + latest);
    const std::string question = database.value("SELECT user_message_id " + latest);
    const std::string answer = database.value("SELECT assistant_message_id " + latest);
    const auto row = [&database](const std::string& table, const std::string& id) {
      return database.as_inserts(table, "id = '" + id + "'");
    };
    std::string writes = fmt::format(
        "PRAGMA foreign_keys=ON;\nPRAGMA synchronous=FULL;\n"
        "BEGIN IMMEDIATE;\n{}{}{}COMMIT;\n"
        "BEGIN IMMEDIATE;\n{}"
        "UPDATE llmctl_attempts SET status = 'completed', assistant_message_id = '{}', "
        "latency_us = 100, finished_at = started_at WHERE id = '{}';\nCOMMIT;\n",
        row("conversations", conversation), row("messages", question),
        row("llmctl_attempts", attempt), row("messages", answer), answer, attempt);
    for (const auto& [id, name] : {std::pair(conversation, "@c"), std::pair(question, "@u"),
                                   std::pair(answer, "@s"), std::pair(attempt, "@t")}) {
      writes = std::regex_replace(writes, std::regex(id), name);
    }
    return writes;
  }

  /// Conversations of ten messages, question and answer in turn, one every 20 seconds.
  void fill(const std::string& database, int messages) const {
    run(llmctl(database, {"init"}));
    const std::string sql = fmt::format(R"sql(
      PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;
      BEGIN;
      CREATE TEMP TABLE turns AS
        WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {})
        SELECT n, printf('%012x7000a%015x', 1735689600000 + n / 10 * 200000, n / 10) AS conversation,
               printf('%012x7000b%015x', 1735689600000 + n * 20000, n) AS id,
               strftime('%Y-%m-%d %H:%M:%S', 1735689600 + n * 20, 'unixepoch') || '.000001' AS at
        FROM numbers;
      INSERT INTO conversations
        (id, title, model_id, primary_agent_id, primary_llm_id, created_at, updated_at, deleted_at)
        SELECT conversation, 'What is personal data?', 'dummy', 'data-protection-expert', 'dummy', at, at, NULL
        FROM turns WHERE n % 10 = 0;
      INSERT INTO messages (id, conversation_id, role, content, agent_id, llm_provider_id, protegrity_data, pending,
                            blocked, created_at, deleted_at)
        SELECT id, conversation, iif(n % 2, 'assistant', 'user'),
               'Message ' || n || ' asks or answers what personal data is, in a sentence of some length.',
               iif(n % 2, 'data-protection-expert', NULL), iif(n % 2, 'dummy', NULL), NULL, 0, 0, at, NULL
        FROM turns;
      INSERT INTO llmctl_attempts (id, conversation_id, user_message_id, assistant_message_id, hop, origin, actor,
                                   agent_id, llm_provider_id, provider_type, requested_model, status, input_tokens,
                                   output_tokens, latency_us, started_at, lease_until, finished_at)
        SELECT answer.id, answer.conversation, question.id, answer.id, 0, 'chat', 'bench', 'data-protection-expert',
               'dummy', 'custom', '', 'completed', 20, 40, 1000, question.at, answer.at, answer.at
        FROM turns AS answer JOIN turns AS question ON question.rowid = answer.rowid - 1 WHERE answer.n % 2;
      COMMIT;
      PRAGMA journal_mode=WAL;
    )sql",
                                        messages);
    run(shell(database, "fill.sql", sql));
  }

  Options options_;
  fs::path directory_;
  std::string migration_;
  std::string seed_;
};

std::string file_system_of(const fs::path& directory) {
  struct statfs facts {};
  statfs(directory.c_str(), &facts);
  switch (facts.f_type) {
    case 0xEF53: return "ext4";
    case 0x58465342: return "xfs";
    case 0x9123683E: return "btrfs";
    case 0x01021994: return "tmpfs (syncs cost nothing)";
    case 0x794C7630: return "overlay";
    default: return fmt::format("file system {:#x}", facts.f_type);
  }
}

std::string processor() {
  std::ifstream facts("/proc/cpuinfo");
  for (std::string line; std::getline(facts, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

void print_machine(const Options& options, const Directory& directory) {
  utsname system{};
  uname(&system);
  const fs::path scratch = directory.path() / "version";
  std::string shell = output_of({{options.sqlite3, "--version"}}, scratch);
  fmt::print("{}, {} cores, {} {}, {}\n", processor(), std::thread::hardware_concurrency(),
             system.sysname, system.release, file_system_of(directory.path()));
  fmt::print("{} against sqlite3 {}; medians of {} runs of whole processes, taken in turns\n\n",
             CLI::detail::trim_copy(output_of({{options.llmctl, "--version"}}, scratch)),
             shell.substr(0, shell.find(' ')), options.runs);
}

constexpr const char* line_format = "{:<34} {:>9} {:>9} {:>6} {:>6} {:>9}  {:<6} {}\n";

void compare(const Comparison& comparison, const Options& options, int directory) {
  Samples llmctl;
  Samples floor;
  for (int i = 0; i < options.runs; ++i) {
    // Neither is always the one that runs in the other's warm caches.
    if (i % 2 == 0) floor.add(comparison.floor, directory);
    llmctl.add(comparison.llmctl, directory);
    if (i % 2 != 0) floor.add(comparison.floor, directory);
  }
  const Median ours = llmctl.median();
  const Median theirs = floor.median();
  const double ratio = ours.milliseconds / theirs.milliseconds;
  const bool met = ratio <= comparison.target && ours.peak_mib <= peak_target_mib;
  fmt::print(line_format, comparison.what, fmt::format("{:.2f} ms", ours.milliseconds),
             fmt::format("{:.2f} ms", theirs.milliseconds), fmt::format("{:.2f}", ratio),
             fmt::format("{:.1f}", comparison.target), fmt::format("{:.1f} MiB", ours.peak_mib),
             met ? "ok" : "MISSED", comparison.floor_is);
  std::cout.flush();
}

void bench(const Options& options) {
  const Directory directory(options.directory);
  print_machine(options, directory);
  const Bench bench(options, directory.path());
  fmt::print(line_format, "what", "llmctl", "floor", "ratio", "target", "peak", "", "the floor is");
  for (const auto comparison : {&Bench::version, &Bench::migrate_missing, &Bench::migrate_nothing,
                                &Bench::migrate_and_seed, &Bench::turn, &Bench::audit}) {
    compare((bench.*comparison)(), options, directory.descriptor());
  }
  const int commits = bench.commits_of_a_turn();
  fmt::print("\ncommits of one turn: {}, target at most {}: {}\n", commits, commits_target,
             commits <= commits_target ? "ok" : "MISSED");
  fmt::print("peak memory: target at most {} MiB for each llmctl command above\n", peak_target_mib);
}

}  // namespace
}  // namespace llmctl::bench

int main(int argc, char** argv) {
  llmctl::bench::Options options;
  CLI::App app("llmctl against the sqlite3 shell, whole processes", "llmctl_bench");
  app.add_option("--llmctl", options.llmctl, "the program to measure")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--sqlite3", options.sqlite3, "the shell to measure it against");
  app.add_option("--directory", options.directory, "where the databases lie: on a disk")
      ->check(CLI::ExistingDirectory);
  app.add_option("--runs", options.runs, "of each command")->check(CLI::Range(1, 100'000));
  app.add_option("--messages", options.messages, "in the large database")
      ->check(CLI::Range(10, 100'000'000));
  CLI11_PARSE(app, argc, argv);
  try {
    llmctl::bench::bench(options);
  } catch (const std::exception& error) {
    std::cerr << "llmctl_bench: " << error.what() << '\n';
    return 1;
  }
}
