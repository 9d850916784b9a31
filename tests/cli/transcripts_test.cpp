// A transcript is a document of commands and what they print:
//
//   # A comment.
//   $ llmctl conversation show nope
//   ! llmctl: error: no conversation 'nope'
//   ! hint: llmctl conversation list
//   ? 66
//
//   $ cat > seed.yaml <<END
//   > llmctl: seed/1
//   > END
//
// `$ ` starts a command, `> ` continues it on a new line (for here-documents; `>` alone is an empty
// line); each command is a /bin/sh of its own, all in one fresh directory. Then come its stdout as
// it is, its stderr after `! `, and `? N` when its exit code N is not 0. Blank lines and comments
// end the block.
//
// A line of stdout that is empty or begins with one of $ # ! ? > \ gets a leading \ (so `\` alone
// is an empty line); `\c` says that stdout did not end in a newline, `!\c` the same of stderr.
//
// The environment is empty but for PATH (llmctl's directory first), HOME and XDG_* in the fresh
// directory, LC_ALL=C.UTF-8, TZ=UTC, SOURCE_DIR (the source tree), LLMCTL_ACTOR=ada and
// LLMCTL_TEST=1 with LLMCTL_CLOCK, which starts at 2026-10-01T12:00:00Z and advances a minute with
// each command, and LLMCTL_RANDOM_SEED, which starts at 1 and counts the commands. In the output
// the fresh directory's path is <dir> and the source tree's is <source>.
//
// LLMCTL_ACCEPT=1 in the environment of the tests rewrites the files with the actual output. Read
// what it wrote.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/database.h"
#include "tests/support/transcript.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  REQUIRE(out.good());
}

TranscriptRun run_text(const std::string& text) {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "a.transcript";
  write_file(file, text);
  TranscriptRun run = run_transcript(file, LLMCTL_BINARY, LLMCTL_SOURCE_DIR);
  for (Mismatch& mismatch : run.mismatches)
    mismatch.place.erase(0, directory.path().string().size() + 1);
  return run;
}

bool accepting() {
  const char* accept = std::getenv("LLMCTL_ACCEPT");
  return accept != nullptr && std::string(accept) == "1";
}

std::vector<fs::path> find_transcripts() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(LLMCTL_SOURCE_DIR) / "tests/cli")) {
    if (entry.path().extension() == ".transcript") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("every transcript shows what the program does") {
  const auto files = find_transcripts();
  REQUIRE_FALSE(files.empty());
  for (const fs::path& file : files) {
    DYNAMIC_SECTION(file.filename().string()) {
      const TranscriptRun run = run_transcript(file, LLMCTL_BINARY, LLMCTL_SOURCE_DIR);
      CHECK(run.commands > 0);
      if (accepting() && !run.mismatches.empty()) {
        write_file(file, run.rewritten);
        WARN("rewrote " << file.string());
        continue;
      }
      for (const Mismatch& mismatch : run.mismatches) {
        FAIL_CHECK(mismatch.place << ":\n" << mismatch.difference);
      }
    }
  }
}

TEST_CASE("a wrong expectation fails and shows the difference") {
  struct Case {
    std::string text, difference;
  };
  const std::vector<Case> cases{
      {"$ echo a\nb\n", "  $ echo a\n- b\n+ a\n"},
      {"$ echo a\n", "  $ echo a\n+ a\n"},
      {"$ true\na\n", "  $ true\n- a\n"},
      {"$ echo a >&2\na\n", "  $ echo a >&2\n- a\n+ ! a\n"},
      {"$ echo a\n! a\n", "  $ echo a\n- ! a\n+ a\n"},
      {"$ exit 3\n", "  $ exit 3\n+ ? 3\n"},
      {"$ exit 3\n? 4\n", "  $ exit 3\n- ? 4\n+ ? 3\n"},
      {"$ true\n? 1\n", "  $ true\n- ? 1\n"},
      {"$ kill -9 $$\n? 9\n", "  $ kill -9 $$\n- ? 9\n+ ? 137\n"},
      {"$ printf a\na\n", "  $ printf a\n  a\n+ \\c\n"},
      {"$ seq 4\n1\n2\n5\n4\n", "  $ seq 4\n  1\n  2\n- 5\n+ 3\n  4\n"},
      {"$ cat <<END\n> x\n>\n> END\nx\n", "  $ cat <<END\n  > x\n  >\n  > END\n  x\n+ \\\n"},
  };
  for (const Case& c : cases) {
    const TranscriptRun run = run_text("# first\n\n" + c.text);
    REQUIRE(run.mismatches.size() == 1);
    CHECK(run.mismatches.front().place == "a.transcript:3");
    CHECK(run.mismatches.front().difference == c.difference);
    CHECK(run_text(run.rewritten).mismatches.empty());
  }
}

TEST_CASE("a rewritten transcript keeps comments, blank lines and commands") {
  const std::string before =
      "# one\n\n$ printf '$ a\\n\\n\\\\b'\nwrong\n# two\n$ echo e >&2; exit 1\n\n\n# end\n";
  const std::string after =
      "# one\n\n$ printf '$ a\\n\\n\\\\b'\n\\$ a\n\\\n\\\\b\n\\c\n# two\n$ echo e >&2; exit 1\n! "
      "e\n? 1\n\n\n# end\n";
  CHECK(run_text(before).rewritten == after);
  CHECK(run_text(after).mismatches.empty());
  CHECK(run_text(after).rewritten == after);
}

TEST_CASE("what is no transcript is refused with its line") {
  struct Case {
    std::string text, message;
  };
  const std::vector<Case> cases{
      {"output\n", ":1: this line follows no command"},
      {"$ true\n\noutput\n", ":3: this line follows no command"},
      {"$ true\na\n> b\n", ":3: a command goes on before its output; write \\> in output"},
      {"$ true\n>b\n", ":2: a command goes on with '> more'"},
      {"$true\n", ":1: a command is '$ command'"},
      {"$ \n", ":1: a command is '$ command'"},
  };
  for (const Case& c : cases) CHECK_THROWS_WITH(run_text(c.text), Catch::EndsWith(c.message));
}

}  // namespace
}  // namespace llmctl::test
