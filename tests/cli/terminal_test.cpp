#include "tests/support/terminal.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/inspector.h"
#include "tests/support/program.h"

namespace llmctl::test {
namespace {

/// What a model could say to take over the terminal that shows it: colour and clearing, a link, the
/// clipboard, the window's title, a status request, a device string, text that runs backwards, one
/// C1 byte as UTF-8, tags that nobody sees, a carriage return, a backspace and a bell.
const std::string hostile =
    "\x1b[31mred\x1b[0m \x1b[2J\x1b[H \x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\ "
    "\x1b]52;c;cm0gLXJm\x07 \x1b]0;title\x07 \x1bP$qm\x1b\\ \x1b_apc\x1b\\ \xc2\x9b"
    "31m "
    "\xe2\x80\xaegnp.exe \xe2\x81\xa6isolate\xe2\x81\xa9 \xf3\xa0\x81\x81 "
    "over\rwritten\b\a\x7f\nend";

/// The places of bytes that a terminal would obey, but for ends of lines and tabs.
std::string control_bytes(std::string_view shown) {
  std::string found;
  while (!shown.empty()) {
    if (shown.starts_with("\r\n") || shown.starts_with('\t')) {
      shown.remove_prefix(shown.front() == '\t' ? 1 : 2);
      continue;
    }
    const CodePoint next = next_code_point(shown);
    const char32_t c = next.value;
    const bool obeyed = !next.valid || c < 0x20 || (c >= 0x7f && c < 0xa0) ||
                        (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
                        (c >= 0xe0000 && c <= 0xe007f);
    if (obeyed) found += "before '" + std::string(shown.substr(next.length, 20)) + "'; ";
    shown.remove_prefix(next.length);
  }
  return found;
}

constexpr std::string_view echo_seed = R"(llmctl: seed/1
set: test
llm_providers:
  echo:
    name: Echo
    provider_type: custom
    configuration: {script: {reply: "{message}"}}
)";

/// With an LLM `echo` that answers what it is told.
void prepare(Program& program) {
  program.environment["TERM"] = "xterm-256color";
  program.succeed({"init", "-q"});
  program.succeed({"seed", "-q", program.directory().write("echo.yaml", echo_seed)});
}

std::string shown_in_terminal(const Program& program, Program::Arguments arguments,
                              unsigned short columns = 100) {
  const ProcessResult result = run_in_terminal(program.command(std::move(arguments)), columns);
  INFO(result.out);
  CHECK(result.exit_code == 0);
  return result.out;
}

TEST_CASE("a hostile answer reaches no terminal as it is, and a pipe byte for byte") {
  Program program;
  prepare(program);
  CHECK(program.succeed({"chat", "-q", "-m", "echo", hostile}) == hostile + "\n");

  const std::string shown = shown_in_terminal(program, {"chat", "-m", "echo", hostile});
  CHECK(control_bytes(shown) == "");
  CHECK_THAT(shown, Catch::StartsWith("\\x1b[31mred\\x1b[0m \\x1b[2J") &&
                        Catch::Contains("\\u009b31m \\u202egnp.exe") &&
                        Catch::Contains("over\\x0dwritten\\x08\\x07\\x7f\r\nend\r\n"));
  CHECK(control_bytes(hostile) != "");
}

TEST_CASE("what was stored by others reaches no terminal as it is, whatever shows it") {
  Program program;
  prepare(program);
  const std::string id =
      program.succeed({"conversation", "create", "-q", "-m", "echo", "--title", hostile});
  const std::string conversation = id.substr(0, id.find('\n'));
  program.succeed({"chat", "-q", "--conversation", conversation, "--actor", hostile, hostile});
  const std::vector<Program::Arguments> commands{
      {"audit", "list"},
      {"audit", "list", "--columns", "actor,content"},
      {"audit", "attempts"},
      {"audit", "list", "--format", "jsonl"},
      {"audit", "list", "--format", "csv"},
      {"audit", "list", "--format", "tsv"},
      {"conversation", "list"},
      {"conversation", "show", conversation},
      {"conversation", "show", conversation, "--json"},
  };
  for (const auto& command : commands) {
    INFO(command[0] << ' ' << command[1] << ' ' << command.size());
    Program::Arguments plain = command;
    plain.insert(plain.end(), {"--color", "never"});
    CHECK(control_bytes(shown_in_terminal(program, plain)) == "");
  }
  const ProcessResult refused =
      run_in_terminal(program.command({"chat", "-a", hostile, "hi"}), 100);
  CHECK(refused.exit_code == 66);
  CHECK(control_bytes(refused.out) == "");
}

TEST_CASE("colour is for terminals that want it") {
  Program program;
  prepare(program);
  program.succeed({"chat", "-q", "-m", "echo", "hi"});
  const Program::Arguments list{"audit", "list"};
  const auto colored = [](const std::string& text) {
    return text.find("\x1b[") != std::string::npos;
  };
  CHECK(colored(shown_in_terminal(program, list)));
  CHECK_FALSE(colored(program.succeed(list)));
  CHECK(colored(program.succeed({"audit", "list", "--color", "always"})));
  CHECK_FALSE(colored(shown_in_terminal(program, {"audit", "list", "--color", "never"})));
  CHECK_FALSE(colored(shown_in_terminal(program, {"audit", "list", "--json"})));
  program.environment["NO_COLOR"] = "1";
  CHECK_FALSE(colored(shown_in_terminal(program, list)));
  program.environment["NO_COLOR"] = "";
  CHECK(colored(shown_in_terminal(program, list)));
  program.environment["TERM"] = "dumb";
  CHECK_FALSE(colored(shown_in_terminal(program, list)));
  program.environment.erase("TERM");
  CHECK_FALSE(colored(shown_in_terminal(program, list)));
}

TEST_CASE("a question at the terminal is answered by yes, by anything else, or by Ctrl-C") {
  struct Answer {
    std::string keys;
    int exit_code;
    std::string complaint;
    int left;  ///< objects of the set
  };
  const std::vector<Answer> answers{{"\n", 77, "nobody said yes", 1},
                                    {"\x04", 77, "nobody said yes", 1},
                                    {"\x03", 130, "llmctl: error: interrupted", 1},
                                    {"yes\n", 0, "1 pruned", 0}};
  Program program;
  prepare(program);
  const auto& directory = program.directory();
  program.succeed({"seed", "-q",
                   directory.write("one.yaml",
                                   "llmctl: seed/1\nset: asked\nllm_providers:\n  gone:\n"
                                   "    name: Gone\n    provider_type: custom\n")});
  const std::string none = directory.write("none.yaml", "llmctl: seed/1\nset: asked\n");
  for (const auto& [keys, exit_code, complaint, left] : answers) {
    INFO(complaint);
    const ProcessResult result =
        run_in_terminal(program.command({"seed", none, "--prune"}), 100, {"? [y/N] ", keys});
    INFO(result.out);
    CHECK(result.exit_code == exit_code);
    CHECK_THAT(result.out, Catch::Contains(complaint));
    CHECK(Inspector(program.database())
              .number("SELECT count(*) FROM llm_providers WHERE id = 'gone'") == left);
  }
}

/// More than any machine makes in the time.
const Program::Arguments endless{"seed",     "generate",  "--conversations",
                                 "10000000", "--timeout", "3s"};

TEST_CASE("long work shows its progress on a terminal, and nothing of it when it is over") {
  Program program;
  prepare(program);
  const ProcessResult result = run_in_terminal(program.command(endless), 100);
  INFO(result.out);
  CHECK(result.exit_code == 75);
  const std::string drawn = "\r\x1b[Kgenerating conversations: ";
  const std::size_t last = result.out.rfind(drawn);
  REQUIRE(last != std::string::npos);
  CHECK_THAT(result.out.substr(last + drawn.size(), 80),
             Catch::Contains(" of 10000000 (0%), ") && Catch::Contains("/s, "));
  // Then the line is empty, and only whole lines follow.
  const std::size_t erased = result.out.find("\r\x1b[K", last + 1);
  REQUIRE(erased != std::string::npos);
  CHECK_THAT(result.out.substr(erased + 4), Catch::StartsWith("llmctl: "));
  CHECK_THAT(result.out, Catch::Contains("the command took longer than --timeout allows; ") &&
                             Catch::Contains(" of 10000000 conversations are in the database"));
}

TEST_CASE("no progress reaches a pipe, a dumb terminal or who asked for quiet") {
  Program program;
  prepare(program);
  Program::Arguments endless_file = endless;
  endless_file.insert(endless_file.end(), {"--out", "/dev/null"});
  CHECK_THAT(program.run(endless_file).err, !Catch::Contains("generating"));
  Program::Arguments quiet = endless_file;
  quiet.emplace_back("-q");
  CHECK_THAT(run_in_terminal(program.command(quiet), 100).out, !Catch::Contains("generating"));
  program.environment["TERM"] = "dumb";
  CHECK_THAT(run_in_terminal(program.command(endless_file), 100).out,
             !Catch::Contains("generating"));
}

/// Columns of the widest line.
int width_of(std::string_view text) {
  int widest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    widest = std::max(widest, display_width(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return widest;
}

TEST_CASE("a list is as wide as its terminal, and 80 columns elsewhere") {
  Program program;
  prepare(program);
  std::string words;
  for (int i = 0; i < 60; ++i) words += "w\xc3\xb6rd ";
  program.succeed({"chat", "-q", "-m", "echo", words});
  for (const unsigned short columns : {80, 100, 132}) {
    const std::string shown =
        shown_in_terminal(program, {"audit", "list", "--color", "never"}, columns);
    INFO(shown);
    CHECK(width_of(shown) <= columns);
    CHECK(width_of(shown) > columns - 12);
  }
  const std::string piped = program.succeed({"audit", "list"});
  INFO(piped);
  CHECK(width_of(piped) <= 80);
  CHECK(width_of(piped) > 68);
}

}  // namespace
}  // namespace llmctl::test
