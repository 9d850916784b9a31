#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/complete.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

namespace llmctl::cli {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

const fs::path program{LLMCTL_BINARY};

/// A program with an environment of its own; it must succeed.
std::string output_of(Words arguments, const fs::path& directory, std::string input = {}) {
  const std::string path = program.parent_path().string() + ":/usr/local/bin:/usr/bin:/bin";
  const auto result =
      test::run_process({.arguments = std::move(arguments),
                         .environment = {{"PATH", path},
                                         {"HOME", directory.string()},
                                         {"LC_ALL", "C.UTF-8"},
                                         {"LLMCTL_DB", (directory / "test.db").string()}},
                         .directory = directory,
                         .input = std::move(input)});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

std::string llmctl(Words arguments, const fs::path& directory) {
  arguments.insert(arguments.begin(), program.string());
  return output_of(std::move(arguments), directory);
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// A database with the built-in seeds, a tool and one conversation.
class Seeded {
 public:
  Seeded() {
    directory_.write("tool.yaml", "llmctl: seed/1\ntools:\n  search:\n    name: Search\n");
    llmctl({"init"}, directory_.path());
    llmctl({"seed", "tool.yaml"}, directory_.path());
    conversation_ = llmctl({"conversation", "create"}, directory_.path());
    conversation_.pop_back();
  }
  const fs::path& directory() const { return directory_.path(); }
  const std::string& conversation() const { return conversation_; }
  /// Completes with the database named on the line, as a user would.
  Words complete(Words words) const {
    words.insert(words.begin(), {"--db", (directory_ / "test.db").string()});
    return cli::complete(words);
  }

 private:
  test::TemporaryDirectory directory_;
  std::string conversation_;
};

bool contains(const Words& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

TEST_CASE("completion gives commands, and those that begin as the word does") {
  CHECK(complete({""}) == command_names());
  CHECK(complete({}) == command_names());
  CHECK(complete({"co"}) == Words{"conversation", "completion"});
  CHECK(complete({"-v", "--format", "json", "mi"}) == Words{"migrate"});
}

TEST_CASE("completion gives a noun's verbs, also by its other names") {
  CHECK(complete({"migrate", ""}) == Words{"up", "status", "verify", "adopt", "sql"});
  CHECK(complete({"agent", "s"}) == Words{"show", "set"});
  CHECK(complete({"llms", "--quiet", "e"}) == Words{"enable"});
}

TEST_CASE("completion gives the options of the verb, the default verb's, and the global ones") {
  const Words of_list = complete({"audit", "--"});
  CHECK(contains(of_list, "--role"));
  CHECK(contains(of_list, "--format"));
  CHECK_FALSE(contains(of_list, "--into-existing"));

  const Words of_attempts = complete({"audit", "attempts", "--"});
  CHECK(contains(of_attempts, "--since"));
  CHECK_FALSE(contains(of_attempts, "--role"));

  CHECK(complete({"chat", "--no-w"}) == Words{"--no-wait"});
  CHECK(complete({"--no-h"}) == Words{"--no-header"});
  CHECK(contains(complete({"chat", "-"}), "-a"));
}

TEST_CASE("completion gives the values of an option or argument that has few") {
  CHECK(complete({"--format", ""}) == Words{"text", "json", "jsonl", "csv", "tsv"});
  CHECK(complete({"audit", "--format", "js"}) == Words{"json", "jsonl"});
  CHECK(complete({"audit", "--error-format", ""}) == Words{"text", "json", "github"});
  CHECK(complete({"audit", "list", "--role", "u"}) == Words{"user"});
  CHECK(complete({"completion", ""}) == Words{"bash", "zsh", "fish"});
}

TEST_CASE("completion gives ids from the database") {
  const Seeded seeded;
  CHECK(seeded.complete({"chat", "-a", ""}) ==
        Words{"data-protection-expert", "general-assistant"});
  CHECK(seeded.complete({"chat", "--agent", "g"}) == Words{"general-assistant"});
  CHECK(seeded.complete({"chat", "hello", "-m", "du"}) == Words{"dummy"});
  CHECK(seeded.complete({"provider", "show", "open"}) == Words{"openai"});
  CHECK(seeded.complete({"llm", "enable", "dum"}) == Words{"dummy"});
  CHECK(seeded.complete({"agents", "disable", "data"}) == Words{"data-protection-expert"});
  CHECK(seeded.complete({"tool", "show", ""}) == Words{"search"});
  CHECK(seeded.complete({"conversation", "delete", ""}) == Words{seeded.conversation()});
  CHECK(seeded.complete({"poll", ""}) == Words{seeded.conversation()});
  CHECK(seeded.complete({"audit", "--conversation", ""}) == Words{seeded.conversation()});

  CHECK(seeded.complete({"provider", "show", "dummy", ""}).empty());

  const std::string option = "--db=" + (seeded.directory() / "test.db").string();
  CHECK(complete({option, "tool", "show", ""}) == Words{"search"});
}

TEST_CASE("completion gives the revisions of what was named before") {
  const Seeded seeded;
  llmctl({"provider", "disable", "dummy"}, seeded.directory());
  llmctl({"tool", "disable", "search"}, seeded.directory());
  CHECK(seeded.complete({"tool", "revert", "search", ""}).size() == 2);
  const Words numbers = seeded.complete({"provider", "revert", "dummy", ""});
  REQUIRE(numbers.size() == 2);
  CHECK(std::stoi(numbers[0]) > std::stoi(numbers[1]));
  CHECK(seeded.complete({"llm", "revert", "--reason", "mine", "dummy", numbers[0]}) ==
        Words{numbers[0]});
  CHECK(seeded.complete({"agent", "revert", "general-assistant", ""}).size() == 1);
  CHECK(seeded.complete({"provider", "revert", "du"}) == Words{"dummy"});
  CHECK(seeded.complete({"provider", "revert", "nobody", ""}).empty());
  CHECK(seeded.complete({"provider", "revert", "dummy", numbers[0], ""}).empty());
}

TEST_CASE("completion gives nothing where there is nothing, and never fails") {
  const test::TemporaryDirectory directory;
  const std::string missing = (directory / "no.db").string();
  CHECK(complete({"--db", missing, "provider", "show", ""}).empty());
  CHECK_FALSE(fs::exists(missing));
  const std::string garbage = directory.write("garbage.db", "no database").string();
  CHECK(complete({"--db", garbage, "provider", "show", ""}).empty());
  CHECK(complete({"--db", "", "provider", "show", ""}).empty());

  CHECK(complete({"zzz"}).empty());
  CHECK(complete({"audit", "--zzz"}).empty());
  CHECK(complete({"audit", "zzz"}).empty());
  CHECK(complete({"completion", "tcsh"}).empty());
  CHECK(complete({"seed", "--dry-run", "./fi"}).empty());
  CHECK(complete({"audit", "--since", ""}).empty());
  CHECK(complete({"--", "--", "\xff"}).empty());
}

TEST_CASE("the hidden command prints a candidate per line") {
  const Seeded seeded;
  CHECK(llmctl({"__complete", "chat", "-a", ""}, seeded.directory()) ==
        "data-protection-expert\ngeneral-assistant\n");
  CHECK(llmctl({"__complete"}, seeded.directory()).starts_with("help\ninit\n"));
  CHECK(llmctl({"__complete", "zzz"}, seeded.directory()).empty());
}

/// COMPREPLY after bash completed these words, the last of which is the one under the cursor.
Words bash_completes(const Words& words, const fs::path& directory) {
  std::string script =
      "source <(llmctl completion bash) || exit\n"
      "complete -p llmctl >/dev/null || exit\n"
      "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n"
      "_llmctl llmctl \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"\n"
      "if ((${#COMPREPLY[@]})); then printf '%s\\n' \"${COMPREPLY[@]}\"; fi\n";
  Words arguments{"/bin/bash", "--norc", "-c", std::move(script), "bash", "llmctl"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  return lines_of(output_of(std::move(arguments), directory));
}

TEST_CASE("bash completes what llmctl offers") {
  const Seeded seeded;
  CHECK(bash_completes({"aud"}, seeded.directory()) == Words{"audit"});
  CHECK(bash_completes({"audit", "--format", "js"}, seeded.directory()) == Words{"json", "jsonl"});
  CHECK(bash_completes({"chat", "-a", ""}, seeded.directory()) ==
        Words{"data-protection-expert", "general-assistant"});
  CHECK(bash_completes({"provider", "show", "dum"}, seeded.directory()) == Words{"dummy"});
  CHECK(bash_completes({"conversation", "show", ""}, seeded.directory()) ==
        Words{seeded.conversation()});
  CHECK(bash_completes({"chat", "two words", "--no-w"}, seeded.directory()) == Words{"--no-wait"});
  CHECK(bash_completes({"audit", "zzz"}, seeded.directory()).empty());
}

bool is_installed(const std::string& shell) {
  return fs::exists("/bin/" + shell) || fs::exists("/usr/bin/" + shell) ||
         fs::exists("/usr/local/bin/" + shell);
}

TEST_CASE("the script of every shell asks the program, and that shell can read it") {
  const test::TemporaryDirectory directory;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    INFO(shell);
    const std::string script = llmctl({"completion", shell}, directory.path());
    CHECK(script.find("llmctl __complete") != std::string::npos);
    for (const Command& command : commands) CHECK(script.find(command.name) == std::string::npos);
    REQUIRE((shell != "bash" || is_installed(shell)));
    if (!is_installed(shell)) continue;
    const std::string file = directory.write("script", script).string();
    CHECK(output_of({"/usr/bin/env", shell, "-n", file}, directory.path()).empty());
  }
}

}  // namespace
}  // namespace llmctl::cli
