#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/inspector.h"
#include "tests/support/program.h"
#include "tests/support/refusals.h"
#include "tests/support/tracing.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;

/// A few of each kind: reading, writing, creating.
const std::vector<Program::Arguments> commands{
    {"audit", "list"}, {"provider", "list"}, {"chat", "hi"}, {"seed"},
    {"poll", "--all"}, {"migrate"},          {"init"}};

bool creates(const Program::Arguments& command) {
  return command.front() == "migrate" || command.front() == "init";
}

TEST_CASE("without a database every command but migrate and init says so, and makes none") {
  const Program program;
  for (const auto& command : commands) {
    if (creates(command)) continue;
    check_refusal(program,
                  {command, 78, "there is no database '" + program.database().string() + "'",
                   "llmctl migrate"});
  }
  CHECK_FALSE(fs::exists(program.database()));
  const Program nowhere;
  for (const auto& command : {"migrate", "init"})
    check_refusal(nowhere, {{"--db", "no/such/folder.db", command},
                            74,
                            "cannot create 'no/such/folder.db'",
                            "mkdir -p no/such"});
}

TEST_CASE("what is no database is named, and left as it is") {
  struct Case {
    std::string name, content;
    int exit_code;
    std::string message;
  };
  const Program source;
  source.succeed({"init", "-q"});
  const std::string whole = read_file(source.database());
  const std::vector<Case> cases{
      {"text", "Dear diary,\ntoday I was taken for a database.\n", 3, "is not an SQLite database"},
      {"short", "SQLite format 3", 3, "is not an SQLite database"},
      {"half a header", whole.substr(0, 50), 3, "is not an SQLite database"},
      {"a header", whole.substr(0, 100), 3, "is truncated: 100 bytes instead of"},
      {"a page", whole.substr(0, 4096), 3, "is truncated: 4096 bytes instead of"},
      {"half a page", whole.substr(0, 6000), 3, "is truncated: 6000 bytes instead of"},
      {"all but a byte", whole.substr(0, whole.size() - 1), 3, "is truncated"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const Program program;
    program.directory().write("test.db", c.content);
    for (const auto& command : commands) check_refusal(program, {command, c.exit_code, c.message});
  }
  const Program program;
  fs::create_directory(program.database());
  for (const auto& command : commands)
    check_refusal(program, {command, 74, "is a directory, not a database"});
}

TEST_CASE("a database that grows while it is opened is not taken for a truncated one") {
  const Program program;
  program.succeed({"init", "-q"});
  if (!can_trace(program)) return;
  // Between a look at its size and one at its header.
  for (const Program::Arguments& command : {Program::Arguments{"audit", "list"}, {"migrate"}}) {
    Process slow(traced(program, command,
                        {"-P", program.database(), "-e", "trace=openat", "-e",
                         "inject=openat:when=1:delay_enter=800000"}));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    program.succeed({"chat", "-q", "-m", "dummy", std::string(100'000, 'x')});
    const ProcessResult result = slow.wait();
    CHECK(result.err.find("truncated") == std::string::npos);
    CHECK(result.exit_code == 0);
  }
}

TEST_CASE("a database without tables is one that migrate is to fill") {
  const bool with_header = GENERATE(false, true);
  const Program program;
  program.directory().write("test.db", "");
  if (with_header)
    Inspector(program.database())
        .execute("PRAGMA journal_mode=WAL; CREATE TABLE t (v); DROP TABLE t");
  for (const auto& command : commands) {
    if (!creates(command)) check_refusal(program, {command, 78, "no such table", "llmctl migrate"});
  }
  program.succeed({"migrate", "-q"});
  program.succeed({"chat", "-q", "hi"});
}

/// Puts a migrated database where nobody may write; `program` then runs as nobody when we are root.
class Guarded {
 public:
  Guarded(Program& program, mode_t file_mode, mode_t directory_mode) : program_(program) {
    program.succeed({"init", "-q"});
    program.succeed({"chat", "-q", "-m", "dummy", "before"});
    binary_ = program.directory() / "llmctl";
    fs::copy_file(LLMCTL_BINARY, binary_);
    chmod(program.directory().path().c_str(), 0755);
    fs::create_directory(folder());
    fs::rename(program.database(), file());
    chmod(file().c_str(), file_mode);
    chmod(folder().c_str(), directory_mode);
  }
  ~Guarded() { chmod(folder().c_str(), 0755); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  fs::path folder() const { return program_.directory() / "guarded"; }
  fs::path file() const { return folder() / "test.db"; }

  ProcessResult run(Program::Arguments arguments) const {
    ProcessOptions options = program_.command(std::move(arguments));
    options.environment["LLMCTL_DB"] = file();
    options.arguments.front() = binary_;
    options.as_nobody = geteuid() == 0;
    return run_process(std::move(options));
  }

 private:
  const Program& program_;
  fs::path binary_;
};

TEST_CASE("a read-only database in a read-only directory is read as it stands, and said to be so") {
  Program program;
  const Guarded guarded(program, 0444, 0555);
  const std::string before = fingerprint(guarded.file());
  const ProcessResult list = guarded.run({"audit", "list"});
  CHECK(list.exit_code == 0);
  CHECK_THAT(list.out, Catch::Contains("Dummy response"));
  CHECK_THAT(list.err, Catch::Contains("not writable: reading the file as it stands"));
  for (const auto& command :
       {Program::Arguments{"chat", "hi"}, {"poll", "--all"}, {"provider", "disable", "dummy"}}) {
    const ProcessResult refused = guarded.run(command);
    INFO(command.front() << ": " << refused.err);
    CHECK(refused.exit_code == 74);
    CHECK_THAT(refused.err, Catch::Contains("read-only"));
    CHECK(refused.out == "");
  }
  CHECK(guarded.run({"seed"}).exit_code == 74);
  CHECK(fingerprint(guarded.file()) == before);
  CHECK(std::distance(fs::directory_iterator(guarded.folder()), {}) == 1);
}

TEST_CASE("a read-only file is read, and not written") {
  Program program;
  const Guarded guarded(program, 0444, 0777);
  const std::string before = fingerprint(guarded.file());
  CHECK(guarded.run({"audit", "list"}).exit_code == 0);
  const ProcessResult chat = guarded.run({"chat", "hi"});
  CHECK(chat.exit_code == 74);
  CHECK_THAT(chat.err, Catch::Contains("read-only"));
  CHECK(fingerprint(guarded.file()) == before);
}

TEST_CASE("a file that may not be read is a matter of permissions") {
  Program program;
  const Guarded guarded(program, 0000, 0755);
  for (const auto& command : commands) {
    const ProcessResult result = guarded.run(command);
    CHECK(result.exit_code == 74);
    CHECK_THAT(result.err,
               Catch::Contains("cannot open '" + guarded.file().string() + "': Permission denied"));
  }
}

TEST_CASE("a HOME that is somebody else's holds nothing for us, and nothing may be made there") {
  Program program;
  const Guarded guarded(program, 0644, 0777);
  const fs::path home = program.directory() / "locked";
  fs::create_directory(home);
  program.environment["HOME"] = home / "home";
  chmod(home.c_str(), 0);
  CHECK(guarded.run({"audit", "list"}).exit_code == 0);
  for (const auto& [arguments, message] : std::vector<std::pair<Program::Arguments, std::string>>{
           {{"--db", home / "x.db", "migrate"}, "cannot open"},
           {{"--db", home / "x.db", "migrate", "--dry-run"}, "cannot open"},
           {{"--config", home / "config.yaml", "audit"}, "cannot read"}}) {
    const ProcessResult result = guarded.run(arguments);
    CHECK(result.exit_code == 74);
    CHECK_THAT(result.err, Catch::Contains(message) && Catch::Contains("Permission denied"));
  }
  chmod(home.c_str(), 0755);
}

ProcessResult run_with_little_disk(const Program& program, Program::Arguments arguments,
                                   rlim_t bytes) {
  ProcessOptions options = program.command(std::move(arguments));
  options.limits = {{RLIMIT_FSIZE, bytes}};
  return run_process(std::move(options));
}

TEST_CASE("migrate on a full disk leaves nothing half written and works when there is space") {
  for (const rlim_t bytes : {0, 1000, 4096, 33'000, 70'000}) {
    INFO(bytes << " bytes");
    const Program program;
    const ProcessResult result = run_with_little_disk(program, {"migrate"}, bytes);
    INFO(result.err);
    CHECK(result.exit_code == 74);
    CHECK(result.out == "");
    if (fs::exists(program.database())) {
      Inspector inspector(program.database());
      CHECK(inspector.damage() == "");
      CHECK(inspector.number("SELECT count(*) FROM sqlite_schema") == 0);
    }
    program.succeed({"migrate"});
    program.succeed({"chat", "-q", "hi"});
  }
}

TEST_CASE("seed and chat on a full disk write nothing and work when there is space") {
  const Program program;
  program.succeed({"init", "-q"});
  std::string seed = "llmctl: seed/1\nset: test\ntools:\n";
  for (int i = 0; i < 50; ++i)
    seed += fmt::format("  t{0}: {{name: Tool {0}, tool_type: function}}\n", i);
  program.directory().write("tools.yaml", seed);
  const auto count = [&] {
    return Inspector(program.database())
        .number(
            "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM conversations) + "
            "(SELECT count(*) FROM llmctl_attempts) + (SELECT count(*) FROM llmctl_revisions) + "
            "(SELECT count(*) FROM tools) + (SELECT count(*) FROM llmctl_seed_objects)");
  };
  for (const Program::Arguments& command :
       {Program::Arguments{"chat", "-q", "-m", "dummy", "hi"}, {"seed", "-q", "tools.yaml"}}) {
    const std::int64_t before = count();
    const ProcessResult result = run_with_little_disk(program, command, 34'000);
    INFO(result.err);
    CHECK(result.exit_code == 74);
    CHECK(result.out == "");
    CHECK_THAT(result.err,
               Catch::Contains("llmctl: error: writing to '" + program.database().string() + "'"));
    CHECK(Inspector(program.database()).damage() == "");
    CHECK(count() == before);
    program.succeed(command);
    CHECK(count() != before);
  }
}

TEST_CASE("an answer that does not fit on the disk is printed, and said not to be stored") {
  const Program program;
  program.succeed({"init", "-q"});
  const std::string message(10'000, 'x');
  std::string reply;
  std::string answer;
  for (int i = 0; i < 200; ++i) {
    reply += "{message}";
    answer += message;
  }
  const std::string seed =
      "llmctl: seed/1\nset: test\nllm_providers:\n  long:\n    name: Long\n    provider_type: "
      "custom\n"
      "    configuration: {script: {reply: \"" +
      reply + "\"}}\n";
  program.succeed({"seed", "-q", program.directory().write("long.yaml", seed)});
  const ProcessResult result =
      run_with_little_disk(program, {"chat", "-m", "long", message}, 1'000'000);
  CHECK(result.exit_code == 74);
  CHECK((result.out == answer + "\n"));
  CHECK_THAT(result.err, Catch::Contains("llmctl: error: answer not stored: writing to"));
  Inspector inspector(program.database());
  CHECK(inspector.damage() == "");
  CHECK(inspector.texts("SELECT role FROM messages") == std::vector<std::string>{"user"});
  CHECK(inspector.texts("SELECT status FROM llmctl_attempts") ==
        std::vector<std::string>{"started"});
  program.succeed({"chat", "-q", "-m", "long", message});
  CHECK(inspector.number("SELECT count(*) FROM messages") == 3);
}

TEST_CASE("a database that somebody holds is waited for, and no longer than asked") {
  const Program program;
  program.succeed({"init", "-q"});
  Inspector other(program.database());
  other.execute("BEGIN IMMEDIATE");
  for (const Program::Arguments& command : {Program::Arguments{"chat", "-m", "dummy", "hi"},
                                            {"provider", "disable", "dummy"},
                                            {"conversation", "create"}}) {
    Program::Arguments arguments{"--lock-timeout", "300ms", "--error-format", "json", "-q"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    const auto start = std::chrono::steady_clock::now();
    const ProcessResult result = program.run(arguments);
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(300));
    CHECK(result.exit_code == 75);
    const auto error = nlohmann::json::parse(result.err).at("error");
    CHECK(error.at("kind") == "lock_timeout");
    CHECK(error.at("hint").get<std::string>().find("--lock-timeout") != std::string::npos);
  }
  // Who only reads, or finds nothing to write, does not wait.
  for (const char* command : {"audit", "seed", "migrate", "init"})
    program.succeed({"--lock-timeout", "1ms", command});
  Process patient(program.command({"chat", "-m", "dummy", "hi"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(1300));
  other.execute("ROLLBACK");
  const ProcessResult result = patient.wait();
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err,
             Catch::Contains("llmctl: waiting for another program to release the database"));
  CHECK(other.number("SELECT count(*) FROM messages") == 2);
}

TEST_CASE("a template cache that may only be read is used as far as it goes") {
  Program program;
  const Guarded guarded(program, 0644, 0777);
  const fs::path cache = program.directory() / "cache";
  fs::create_directory(cache);
  if (geteuid() == 0) REQUIRE(chown(cache.c_str(), 65534, 65534) == 0);
  const auto init = [&](const std::string& file, Program::Arguments seeds) {
    Program::Arguments arguments{"init", "--db", guarded.folder() / file, "--template-cache",
                                 cache};
    arguments.insert(arguments.end(), seeds.begin(), seeds.end());
    return guarded.run(arguments);
  };
  CHECK_THAT(init("built.db", {}).out, Catch::Contains("template: built"));
  fs::permissions(cache, fs::perms{0555});
  CHECK_THAT(init("hit.db", {}).out, Catch::Contains("template: hit"));
  const fs::path seeds = program.directory().write(
      "own.yaml", "llmctl: seed/1\nagents:\n  helper:\n    name: Helper\n");
  const ProcessResult missed = init("missed.db", {seeds});
  CHECK(missed.exit_code == 0);
  CHECK_THAT(missed.err, Catch::Contains("no template is made, because '" + cache.string() +
                                         "' cannot be written"));
  CHECK(Inspector(guarded.folder() / "missed.db").number("SELECT count(*) FROM agents") == 1);
  fs::permissions(cache, fs::perms{0700});
}

TEST_CASE("an empty file, left where nothing could be written, is used by the next run") {
  for (const auto& command : {Program::Arguments{"init"}, {"migrate"}}) {
    const Program program;
    ProcessOptions options = program.command(command);
    options.limits = {{RLIMIT_FSIZE, 0}};
    const ProcessResult result = run_process(options);
    CHECK(result.exit_code == 74);
    CHECK_THAT(result.err, Catch::Contains("a file may have at most 0 bytes here (ulimit -f)"));
    // Another process may have begun to write to it, so it is not taken away.
    program.succeed(command);
  }
}

TEST_CASE("a file that was there stays, whatever fails") {
  const Program program;
  program.directory().write("test.db", "");
  ProcessOptions options = program.command({"migrate"});
  options.limits = {{RLIMIT_FSIZE, 0}};
  CHECK(run_process(options).exit_code == 74);
  CHECK(fs::exists(program.database()));
}

}  // namespace
}  // namespace llmctl::test
