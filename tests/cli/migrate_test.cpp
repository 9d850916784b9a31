#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "tests/support/backend_database.h"
#include "tests/support/inspector.h"
#include "tests/support/program.h"
#include "tests/support/refusals.h"
#include "tests/support/tracing.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;

unsigned mode_of(const fs::path& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

TEST_CASE("a new database has the mode that was asked for, and so have its log and index") {
  for (const auto& [arguments, mode] : std::vector<std::pair<Program::Arguments, unsigned>>{
           {{"migrate"}, 0600}, {{"migrate", "--file-mode", "0660"}, 0660}}) {
    const Program program;
    // A mask that would take the group's rights away.
    ProcessOptions options = program.command(arguments);
    options.arguments.insert(options.arguments.begin(),
                             {"/bin/sh", "-c", "umask 077; exec \"$0\" \"$@\""});
    REQUIRE(run_process(options).exit_code == 0);
    Inspector reader(program.database());
    reader.execute("BEGIN; SELECT count(*) FROM agents");
    program.succeed({"seed", "-q"});
    for (const char* suffix : {"", "-wal", "-shm"})
      CHECK(mode_of(program.database().string() + suffix) == mode);
  }
  const Program program;
  for (const char* mode : {"660", "0660"})
    program.succeed({"migrate", "-q", "--file-mode", mode, "--db", mode});
  for (const char* mode : {"", "0400", "0606x", "0700", "08", "rw", "01600", "-1"})
    check_refusal(program, {{"migrate", std::string("--file-mode=") + mode}, 64, "--file-mode"});
}

TEST_CASE("looking at a database locks nothing and writes nothing") {
  const bool adopted = GENERATE(false, true);
  const Program program;
  if (adopted) make_backend_database(program.database());
  program.succeed({"migrate", "-q"});
  // Another program in the middle of a write keeps none of these from its answer.
  Inspector writer(program.database());
  writer.execute("BEGIN IMMEDIATE");
  const std::vector<Program::Arguments> looks{{"migrate"},
                                              {"migrate", "--backup"},
                                              {"migrate", "adopt"},
                                              {"migrate", "--dry-run"},
                                              {"migrate", "status", "--exit-code"},
                                              {"migrate", "verify"},
                                              {"migrate", "adopt", "--dry-run"}};
  for (Program::Arguments look : looks) {
    look.insert(look.begin(), {"--lock-timeout", "1ms"});
    program.succeed(look);
  }
  writer.execute("ROLLBACK");
  if (!can_trace(program)) return;
  for (const Program::Arguments& look : looks) {
    CAPTURE(look);
    const std::string calls = "trace=fsync,fdatasync,sync_file_range,pwrite64,pwritev,ftruncate";
    CHECK(run_process(traced(program, look, {"-y", "-e", calls})).exit_code == 0);
    const std::string trace = read_file(program.directory() / "trace");
    INFO(trace);
    CHECK(trace.find("test.db>") == std::string::npos);
    CHECK(trace.find("test.db-wal>") == std::string::npos);
    CHECK(trace.find("sync") == std::string::npos);
  }
}

TEST_CASE("a signal ends a migrate that waits for a lock, with nothing changed") {
  for (const auto& [signal, message] :
       std::vector<std::pair<int, std::string>>{{SIGINT, "interrupted"}, {SIGTERM, "terminated"}}) {
    const Program program;
    make_backend_database(program.database());
    const std::string before = dump_without_llmctl(program.database());
    Inspector writer(program.database());
    writer.execute("BEGIN IMMEDIATE");
    Process migrate(program.command({"migrate", "--backup"}));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    migrate.kill(signal);
    const ProcessResult result = migrate.wait();
    CHECK(result.exit_code == 128 + signal);
    CHECK(result.out == "");
    CHECK_THAT(result.err, Catch::Contains("llmctl: error: " + message));
    writer.execute("ROLLBACK");
    CHECK(dump_without_llmctl(program.database()) == before);
    CHECK(writer.number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'llmctl%'") == 0);
  }
}

TEST_CASE("a copy that does not fit on the disk keeps the migration from starting") {
  const Program program;
  make_backend_database(program.database());
  add_odd_rows(program.database());
  const std::string before = fingerprint(program.database());
  ProcessOptions options = program.command({"migrate", "--backup"});
  options.limits = {{RLIMIT_FSIZE, fs::file_size(program.database()) / 2}};
  const ProcessResult result = run_process(options);
  CHECK(result.exit_code == 74);
  CHECK(result.out == "");
  CHECK_THAT(result.err, Catch::Contains("copying to '") &&
                             Catch::Contains("nothing was migrated") &&
                             Catch::Contains("--backup-dir"));
  CHECK(fingerprint(program.database()) == before);
  for (const auto& entry : fs::directory_iterator(program.directory().path()))
    CHECK(entry.path().filename().string().find("backup") == std::string::npos);
}

TEST_CASE("the option --wait-db waits for a folder that is not there yet, and for nothing else") {
  const Program program;
  const fs::path file = program.directory() / "volume" / "test.db";
  Process patient(program.command({"--db", file, "migrate", "-q", "--wait-db", "30s"}));
  Process looking(program.command({"--db", file, "migrate", "status", "--wait-db", "30s"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  fs::create_directory(program.directory() / "volume");
  CHECK(patient.wait().exit_code == 0);
  CHECK(looking.wait().exit_code == 0);

  const auto start = std::chrono::steady_clock::now();
  check_refusal(program, {{"--db", "none/x.db", "migrate", "--wait-db", "200ms"},
                          69,
                          "waited 200ms for '",
                          "mounted"});
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(200));
  program.directory().write("text.db", std::string(500, 'x'));
  for (const Program::Arguments& verb :
       {Program::Arguments{"up"}, {"status"}, {"verify"}, {"adopt"}, {"adopt", "--dry-run"}}) {
    Program::Arguments arguments{"--db", "text.db", "migrate"};
    arguments.insert(arguments.end(), verb.begin(), verb.end());
    arguments.insert(arguments.end(), {"--wait-db", "1h"});
    check_refusal(program, {arguments, 3, "is not an SQLite database"});
  }
}

TEST_CASE("who follows the hints gets somewhere") {
  const Program program;
  Inspector(program.database(), Inspector::Opening::create)
      .execute("CREATE TABLE shopping (item text)");
  check_refusal(program, {{"audit"}, 78, "has not the schema", "llmctl migrate status"});
  CHECK_THAT(program.succeed({"migrate", "status"}),
             Catch::Contains("foreign: it holds tables of something else"));
  check_refusal(program, {{"migrate"}, 77, "tables of something else", "--into-existing"});

  const Program backend;
  make_backend_database(backend.database());
  check_refusal(backend, {{"seed"}, 78, "has not the schema", "llmctl migrate status"});
  CHECK_THAT(backend.succeed({"migrate", "status"}),
             Catch::Contains("adoptable") && Catch::Contains("llmctl migrate adds"));
  backend.succeed({"migrate"});
  backend.succeed({"seed"});

  // A table that is gone: migrate does not say that there is nothing to do.
  Inspector(backend.database()).execute("DROP TABLE llmctl_attempts");
  check_refusal(backend, {{"audit"}, 78, "llmctl_attempts", "llmctl migrate"});
  check_refusal(backend, {{"migrate"}, 78, "llmctl_attempts: missing table", "verify"});
}

TEST_CASE("the option --adopt-only makes no file") {
  const Program program;
  for (const Program::Arguments& arguments : {Program::Arguments{"migrate", "--adopt-only"},
                                              {"migrate", "adopt"},
                                              {"migrate", "--adopt-only", "--dry-run"}}) {
    check_refusal(program, {arguments, 77, "would make the chat backend's tables"});
    CHECK_FALSE(fs::exists(program.database()));
  }
  program.directory().write("test.db", "");
  check_refusal(program, {{"migrate", "adopt"}, 77, "would make the chat backend's tables"});
  CHECK(fs::file_size(program.database()) == 0);
}

}  // namespace
}  // namespace llmctl::test
