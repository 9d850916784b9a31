#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/inspector.h"
#include "tests/support/program.h"
#include "tests/support/refusals.h"

namespace llmctl::test {
namespace {

constexpr std::string_view seed = R"(llmctl: seed/1
set: test
llm_providers:
  first:
    name: First
    provider_type: custom
    model_identifier: twin
  second:
    name: Second
    provider_type: custom
    model_identifier: twin
  dormant:
    name: Dormant
    provider_type: custom
    is_active: false
agents:
  picky:
    name: Picky
    default_llm: first
    allowed_llms: [first]
  asleep:
    name: Asleep
    default_llm: first
    is_active: false
)";

/// A conversation and a message whose last eight digits two of each have.
constexpr std::string_view alike = R"(
INSERT INTO conversations SELECT '0000000000000000000000' || i || '0abcdef12', 'alike', 'dummy', NULL, NULL,
  '2026-01-01 00:00:00', '2026-01-01 00:00:00', NULL FROM (SELECT 1 AS i UNION SELECT 2);
INSERT INTO conversations VALUES ('000000000000000000000000deadbeef', 'gone', 'dummy', NULL, NULL,
  '2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-02 00:00:00');
INSERT INTO messages SELECT id, id, 'user', 'alike', NULL, NULL, NULL, FALSE, FALSE, created_at, NULL
  FROM conversations;
)";

void prepare(const Program& program) {
  program.succeed({"init", "-q"});
  program.succeed({"seed", "-q", program.directory().write("test.yaml", seed)});
  Inspector(program.database()).execute(std::string(alike));
}

TEST_CASE("names and ids that mean nothing, or too much, are refused") {
  const Program program;
  prepare(program);
  const std::vector<Refusal> refusals{
      {{"chat", "-a", "nope", "hi"}, 66, "no agent 'nope'", "llmctl agent list"},
      {{"chat", "-a", "general-assistent", "hi"},
       66,
       "no agent",
       "did you mean 'general-assistant'?"},
      {{"chat", "-m", "nope-nope", "hi"}, 66, "no provider 'nope-nope'", "llmctl provider list"},
      {{"chat", "-m", "dumy", "hi"}, 66, "no provider 'dumy'", "did you mean 'dummy'?"},
      {{"chat", "-m", "twin", "hi"}, 64, "several providers run model 'twin': first, second"},
      {{"chat", "--conversation", "12345678", "hi"},
       66,
       "no conversation '12345678'",
       "llmctl conversation list"},
      {{"chat", "--conversation", "nonsense", "hi"}, 66, "no conversation 'nonsense'"},
      {{"chat", "--conversation", "", "hi"}, 66, "no conversation ''"},
      {{"chat", "--conversation", "018f0000-0000-7000-8000-00000000000g", "hi"},
       66,
       "no conversation '018f0000-"},
      {{"chat", "--conversation", "bcdef12", "hi"}, 66, "no conversation 'bcdef12'"},
      {{"chat", "--conversation", "abcdef12", "hi"},
       64,
       "several conversations end in 'abcdef12'",
       "write more digits: 0000"},
      {{"chat", "--conversation", "deadbeef", "hi"},
       66,
       "is deleted",
       "llmctl conversation restore"},
      {{"chat", "--continue", "hi"}, 66, "'tester' has not started a conversation yet"},
      {{"poll", "12345678"}, 66, "no conversation '12345678'"},
      {{"conversation", "show", "12345678"}, 66, "no conversation '12345678'"},
      {{"conversation", "delete", "12345678"}, 66, "no conversation '12345678'"},
      {{"conversation", "restore", "12345678"}, 66, "no conversation '12345678'"},
      {{"audit", "show", "12345678"},
       66,
       "no message '12345678'",
       "llmctl audit list, where a short id is the last 8 digits of the whole"},
      {{"audit", "show", "abcdef12"}, 64, "several messages end in 'abcdef12'"},
      {{"audit", "list", "--conversation", "12345678"}, 66, "no conversation '12345678'"},
      {{"provider", "show", "dumy"}, 66, "no provider 'dumy'", "did you mean 'dummy'?"},
      {{"agent", "disable", "nope"}, 66, "no agent 'nope'"},
      {{"tool", "enable", "nope"}, 66, "no tool 'nope'"},
  };
  for (const Refusal& refusal : refusals) check_refusal(program, refusal);
}

TEST_CASE("what is switched off, or not allowed, is refused with the way to allow it") {
  const Program program;
  prepare(program);
  const std::vector<Refusal> refusals{
      {{"chat", "-m", "dormant", "hi"},
       77,
       "provider 'dormant' is inactive",
       "llmctl provider enable dormant"},
      {{"chat", "-a", "asleep", "hi"},
       77,
       "agent 'asleep' is inactive",
       "llmctl agent enable asleep"},
      {{"chat", "-a", "picky", "-m", "dummy", "hi"},
       77,
       "agent 'picky' may not use LLM 'dummy'",
       "allowed: first; llmctl agent set picky allowed_llms=first,dummy allows it, too"},
      {{"conversation", "create", "-m", "dormant"}, 77, "provider 'dormant' is inactive"},
  };
  for (const Refusal& refusal : refusals) check_refusal(program, refusal);
  program.succeed({"provider", "enable", "-q", "openai"});
  check_refusal(program,
                {{"chat", "-m", "openai", "hi"},
                 78,
                 "the credential 'openai' is missing: the variable OPENAI_API_KEY is not set"});
  program.succeed({"provider", "enable", "-q", "intercom-fin"});
  check_refusal(program, {{"chat", "-m", "intercom-fin", "hi"},
                          78,
                          "provider type 'intercom' of LLM 'intercom-fin' is not implemented"});
}

TEST_CASE("a message that no database should hold is refused") {
  const Program program;
  prepare(program);
  const TemporaryDirectory& files = program.directory();
  const std::string nul("a\0b", 3);
  const std::string huge(10'000'000, 'x');
  const std::vector<Refusal> refusals{
      {{"chat", ""}, 65, "the message is empty"},
      {{"chat", " \t\n "}, 65, "the message is empty"},
      {{"chat"}, 65, "the message is empty"},
      {{"chat", "--file", files.write("empty", "")}, 65, "the message is empty"},
      {{"chat", "--file", files.write("blank", "  \n")}, 65, "the message is empty"},
      {{"chat", "--file", files.write("huge", huge)}, 65, "8000000"},
      {{"chat", "-"}, 65, "8000000", "", huge},
      {{"chat", "--file", files.write("nul", nul)}, 65, "NUL byte at byte 2"},
      {{"chat", "-"}, 65, "NUL byte at byte 2", "", nul},
      {{"chat", "hi", "-"}, 65, "NUL byte at byte 6", "", nul},
      {{"chat", "--file", files.write("latin1", "caf\xe9")}, 65, "not UTF-8 at byte 4", "iconv"},
      {{"chat", "-"}, 65, "not UTF-8 at byte 4", "iconv", "caf\xe9"},
      {{"chat", "caf\xe9"}, 65, "not UTF-8 at byte 4"},
      {{"chat", "-s", "\xff", "hi"}, 65, "the system message is not UTF-8 at byte 1"},
      {{"chat", "-s", " ", "hi"}, 65, "the system message is empty"},
      {{"chat", "--file", files / "missing"}, 66, "cannot read", "", ""},
      {{"chat", "--file", files.path()}, 74, "Is a directory"},
      {{"chat", "--file", files / "nul", "hi"}, 64, "a message and --file at once"},
      {{"chat", "hello", "there"}, 64, "more than one message", "quote a message"},
      {{"conversation", "create", "--title", "\xff"}, 65, "the title is not UTF-8"},
  };
  for (const Refusal& refusal : refusals) check_refusal(program, refusal);
}

TEST_CASE("a command line with a mistake is refused, with what was probably meant") {
  const Program program;
  prepare(program);
  const std::vector<Refusal> refusals{
      {{}, 64, "no command was named", "llmctl help"},
      {{"chatt", "hi"}, 64, "unknown command 'chatt'", "did you mean 'chat'?"},
      {{"frobnicate"}, 64, "unknown command 'frobnicate'", "llmctl help"},
      {{"provider", "lst"}, 64, "llmctl provider has no verb 'lst'", "did you mean 'list'?"},
      {{"audit", "lst"}, 64, "'lst'", "did you mean 'list'?"},
      {{"audit", "--sinse", "1h"}, 64, "unknown option '--sinse'", "did you mean '--since'?"},
      {{"chat", "--agnt", "x", "hi"}, 64, "unknown option '--agnt'", "did you mean '--agent'?"},
      {{"chat", "hi", "-m"}, 64, "--llm"},
      {{"--format"}, 64, "--format"},
      {{"audit", "--db"}, 64, "--db"},
      {{"audit", "--format", "yml"}, 64, "--format: unknown value 'yml'", "jsonl"},
      {{"audit", "--error-format", "xml"}, 64, "--error-format: unknown value 'xml'", "github"},
      {{"audit", "--columns", "tme"}, 64, "unknown column 'tme'", "created_at"},
      {{"audit", "--color", "pink"}, 64, "--color: unknown value 'pink'", "always"},
      {{"audit", "--since", "yesterdy"}, 64, "--since: 'yesterdy'", "24h or 7d"},
      {{"audit", "-n", "many"}, 64, "-n"},
      {{"audit", "--cursor", "nonsense"}, 64, "cursor"},
      {{"chat", "--timeout", "soon", "hi"}, 64, "--timeout: 'soon' is no duration", "500ms"},
      {{"chat", "--retries", "99", "hi"}, 64, "--retries"},
      {{"poll"}, 64, "no conversation was named", "llmctl poll --all"},
      {{"poll", "--all", "12345678"}, 64, "conversations and --all at once"},
      {{"seed", "aply"}, 66, "no seed file 'aply'", "did you mean 'apply'?"},
      {{"seed", "missing.yaml"}, 66, "no seed file 'missing.yaml'"},
      {{"audit", "--config", "missing.yaml"}, 66, "no configuration file 'missing.yaml'"},
  };
  for (const Refusal& refusal : refusals) check_refusal(program, refusal);
}

TEST_CASE("a seed file with mistakes names each at its place and writes nothing") {
  const Program program;
  prepare(program);
  const std::string text =
      "llmctl: seed/1\nset: broken\nagents:\n  a:\n    nme: A\n    icon: 7\n    "
      "is_active: yes\n";
  const std::string file = program.directory().write("broken.yaml", text);
  for (const char* place : {":5:5: ", ":6:11: ", ":7:16: "})
    check_refusal(program, {{"seed", file}, 65, file + place});
  check_refusal(
      program, {{"seed", "-"}, 65, "stdin:5:5: unknown key 'nme', did you mean 'name'?", "", text});
  check_refusal(
      program,
      {{"seed", program.directory().write("syntax.yaml", "a: [1\nb: 2\n")}, 65, "syntax.yaml:"});
  check_refusal(program,
                {{"seed", program.directory().write(
                              "secret.yaml",
                              "llmctl: seed/1\nset: x\nllm_providers:\n  a:\n    name: A\n    "
                              "provider_type: custom\n    configuration: {api_key: hunter2}\n")},
                 65,
                 "secret.yaml:7:"});
  // One bad file spoils the good one beside it.
  const std::string good = program.directory().write(
      "good.yaml", "llmctl: seed/1\nset: good\nagents:\n  g: {name: G}\n");
  check_refusal(program, {{"seed", good, file}, 65, file + ":5:5: "});
}

TEST_CASE("a database variable that is empty or misspelt is refused") {
  struct Case {
    std::map<std::string, std::string> variables;
    int exit_code;
    std::string message, hint;
  };
  const std::vector<Case> cases{
      {{{"LLMCTL_DB", ""}}, 78, "the variable LLMCTL_DB is set but empty", "unset LLMCTL_DB"},
      {{{"DATABASE_URL", ""}},
       78,
       "the variable DATABASE_URL is set but empty",
       "unset DATABASE_URL"},
      {{{"LLMCTL_DATABASE", "x.db"}},
       78,
       "does not know the variable LLMCTL_DATABASE",
       "LLMCTL_DB?"},
      {{{"LLMCTL_BD", "x.db"}}, 78, "does not know the variable LLMCTL_BD", "LLMCTL_DB?"},
      {{{"DATABSE_URL", "x.db"}}, 78, "the variable DATABSE_URL is set", "DATABASE_URL?"},
      {{{"CI", "true"}}, 78, "under CI the default one is not used", "LLMCTL_DB"},
      {{{"LLMCTL_DB", "mysql://host/x"}}, 78, "unknown database scheme 'mysql'", "sqlite:"},
      {{{"LLMCTL_DB", "test.db"}, {"LLMCTL_FORMAT", "yml"}},
       64,
       "LLMCTL_FORMAT: unknown value 'yml'",
       ""},
      {{{"LLMCTL_DB", "test.db"}, {"LLMCTL_CLOCK", "2026-10-01T00:00:00Z"}},
       78,
       "only with LLMCTL_TEST=1",
       "unset"},
      {{{"LLMCTL_DB", "test.db"}, {"LLMCTL_RANDOM_SEED", "1"}},
       78,
       "only with LLMCTL_TEST=1",
       "unset"},
  };
  for (const Case& c : cases) {
    Program program;
    program.environment.erase("LLMCTL_DB");
    program.environment.insert(c.variables.begin(), c.variables.end());
    for (const char* command : {"init", "migrate", "seed", "audit"})
      check_refusal(program, {{command}, c.exit_code, c.message, c.hint});
    CHECK_FALSE(std::filesystem::exists(program.directory() / "home/.local"));
    CHECK_FALSE(std::filesystem::exists(program.directory() / "x.db"));
  }
}

TEST_CASE("an error can be read by programs") {
  const Program program;
  prepare(program);
  const auto error_of = [&](Program::Arguments arguments) {
    arguments.insert(arguments.begin(), {"--error-format", "json"});
    const ProcessResult result = program.run(std::move(arguments));
    const auto error = nlohmann::json::parse(result.err).at("error");
    CHECK(error.size() == 6);
    CHECK(error.at("exit") == result.exit_code);
    return error;
  };
  auto error = error_of({"chat", "-a", "nope", "hi"});
  CHECK(error.at("kind") == "not_found");
  CHECK(error.at("message") == "no agent 'nope'");
  CHECK(error.at("hint") == "llmctl agent list");
  CHECK(error.at("exit") == 66);
  CHECK(error.at("stage") == "before_send");
  CHECK(error.at("details") == nlohmann::json::array());
  CHECK(error_of({"chatt"}).at("kind") == "usage");

  const std::string file = program.directory().write(
      "broken.yaml", "llmctl: seed/1\nset: x\nagents:\n  a: {nme: A, name: A}\n");
  error = error_of({"seed", file});
  CHECK(error.at("kind") == "invalid_data");
  const auto& detail = error.at("details").at(0);
  CHECK(detail.at("file") == file);
  CHECK(detail.at("line") == 4);
  CHECK(detail.at("column") == 7);
  CHECK(detail.at("message") == "unknown key 'nme', did you mean 'name'?");
}

TEST_CASE("an error can be an annotation of a line that was changed") {
  const Program program;
  prepare(program);
  const std::string file = program.directory().write(
      "broken.yaml", "llmctl: seed/1\nset: x\nagents:\n  a: {nme: A, name: A}\n");
  const ProcessResult result = program.run({"--error-format", "github", "seed", file});
  CHECK(result.exit_code == 65);
  CHECK_THAT(result.err,
             Catch::StartsWith("::error file=" + file + ",line=4,col=7::unknown key 'nme'") &&
                 Catch::Contains("\n::error title=llmctl::"));
}

}  // namespace
}  // namespace llmctl::test
