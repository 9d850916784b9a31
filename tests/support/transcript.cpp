#include "tests/support/transcript.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "base/time.h"
#include "tests/support/database.h"
#include "tests/support/process.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

constexpr std::string_view no_newline = "\\c";

/// A command with what follows it, or a comment or blank line (then `command` is empty).
struct Block {
  std::size_t line = 0;
  Lines source;  ///< as in the file, without the expectation
  std::string command;
  Lines expected;
};

Lines split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

void parse_line(std::vector<Block>& blocks, const std::string& line, std::size_t number,
                const fs::path& file) {
  const auto refuse = [&](std::string_view why) {
    throw std::runtime_error(fmt::format("{}:{}: {}", file.string(), number, why));
  };
  const bool in_command = !blocks.empty() && !blocks.back().command.empty();
  if (line.empty() || line.front() == '#') {
    blocks.push_back({number, {line}, {}, {}});
  } else if (line.front() == '$') {
    if (!line.starts_with("$ ") || line.size() == 2) refuse("a command is '$ command'");
    blocks.push_back({number, {line}, line.substr(2), {}});
  } else if (!in_command) {
    refuse("this line follows no command");
  } else if (line.front() == '>') {
    if (!blocks.back().expected.empty())
      refuse("a command goes on before its output; write \\> in output");
    if (line != ">" && !line.starts_with("> ")) refuse("a command goes on with '> more'");
    blocks.back().source.push_back(line);
    blocks.back().command += "\n" + line.substr(std::min<std::size_t>(2, line.size()));
  } else {
    blocks.back().expected.push_back(line);
  }
}

std::vector<Block> parse(const fs::path& file) {
  std::vector<Block> blocks;
  std::size_t number = 0;
  for (const std::string& line : split_lines(read_file(file)))
    parse_line(blocks, line, ++number, file);
  return blocks;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

std::string escaped(const std::string& line) {
  const bool special =
      line.empty() || std::string_view("$#!?>\\").find(line.front()) != std::string_view::npos;
  return special ? "\\" + line : line;
}

/// The lines that would expect this result.
Lines describe(const ProcessResult& result) {
  Lines lines;
  for (const std::string& line : split_lines(result.out)) lines.push_back(escaped(line));
  if (!result.out.empty() && result.out.back() != '\n') lines.emplace_back(no_newline);
  for (const std::string& line : split_lines(result.err))
    lines.push_back(line.empty() ? "!" : "! " + line);
  if (!result.err.empty() && result.err.back() != '\n')
    lines.push_back("!" + std::string(no_newline));
  if (result.exit_code != 0) lines.push_back(fmt::format("? {}", result.exit_code));
  return lines;
}

/// What the sanitizers and coverage tools are told reaches the commands too.
void inherit_tool_options(std::map<std::string, std::string>& environment) {
  for (const char* name :
       {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
}

std::map<std::string, std::string> make_environment(const fs::path& directory,
                                                    const fs::path& program,
                                                    const fs::path& source_directory,
                                                    int command_number) {
  const fs::path home = directory / "home";
  const Timestamp start = *parse_rfc3339("2026-10-01T12:00:00Z");
  std::map<std::string, std::string> environment{
      {"PATH", program.parent_path().string() + ":/usr/local/bin:/usr/bin:/bin"},
      {"HOME", home},
      {"XDG_CONFIG_HOME", home / ".config"},
      {"XDG_DATA_HOME", home / ".local/share"},
      {"XDG_STATE_HOME", home / ".local/state"},
      {"XDG_CACHE_HOME", home / ".cache"},
      {"XDG_RUNTIME_DIR", home / ".run"},
      {"LC_ALL", "C.UTF-8"},
      {"TZ", "UTC"},
      {"SOURCE_DIR", source_directory},
      {"LLMCTL_ACTOR", "ada"},
      {"LLMCTL_TEST", "1"},
      {"LLMCTL_CLOCK", to_rfc3339(start + std::chrono::minutes(command_number))},
      {"LLMCTL_RANDOM_SEED", std::to_string(command_number + 1)},
  };
  inherit_tool_options(environment);
  return environment;
}

void append_lines(std::string& text, std::string_view mark, Lines::const_iterator first,
                  Lines::const_iterator last) {
  for (; first != last; ++first) text += fmt::format("{}{}\n", mark, *first);
}

std::string difference(const Block& block, const Lines& actual) {
  const Lines& expected = block.expected;
  const auto [from_e, from_a] =
      std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  auto to_e = expected.end();
  auto to_a = actual.end();
  while (to_e != from_e && to_a != from_a && to_e[-1] == to_a[-1]) {
    --to_e;
    --to_a;
  }
  std::string text;
  append_lines(text, "  ", block.source.begin(), block.source.end());
  append_lines(text, "  ", expected.begin(), from_e);
  append_lines(text, "- ", from_e, to_e);
  append_lines(text, "+ ", from_a, to_a);
  append_lines(text, "  ", to_e, expected.end());
  return text;
}

}  // namespace

TranscriptRun run_transcript(const fs::path& file, const fs::path& program,
                             const fs::path& source_directory) {
  const TemporaryDirectory temporary;
  const fs::path directory = fs::canonical(temporary.path());
  fs::create_directory(directory / "home");
  TranscriptRun run;
  const auto add = [&](const Lines& lines) {
    for (const std::string& line : lines) run.rewritten += line + "\n";
  };
  for (const Block& block : parse(file)) {
    add(block.source);
    if (block.command.empty()) continue;
    ProcessOptions options;
    options.arguments = {"/bin/sh", "-c", block.command};
    options.environment = make_environment(directory, program, source_directory, run.commands++);
    options.directory = directory;
    ProcessResult result = run_process(std::move(options));
    for (std::string* text : {&result.out, &result.err}) {
      *text = replaced(std::move(*text), directory, "<dir>");
      *text = replaced(std::move(*text), source_directory, "<source>");
    }
    const Lines actual = describe(result);
    add(actual);
    if (actual != block.expected) {
      run.mismatches.push_back(
          {fmt::format("{}:{}", file.string(), block.line), difference(block, actual)});
    }
  }
  return run;
}

}  // namespace llmctl::test
