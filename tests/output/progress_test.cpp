#include "output/progress.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <stdexcept>

#include "base/text.h"
#include "tests/support/chat.h"

namespace llmctl::output {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A terminal of 60 columns and a clock that the test moves.
struct Terminal {
  std::ostringstream out;
  test::TestClock clock;
  int columns = 60;

  Progress start(const std::string& task = "counting") {
    return {out, task, clock, [this] { return columns; }};
  }
  /// What was written since the last call.
  std::string written() {
    const std::string text = out.str();
    out.str("");
    return text;
  }
};

TEST_CASE("a progress line says how many, how fast and how long still") {
  CHECK(progress_line("counting", 1200, 5000, milliseconds(1500)) ==
        "counting: 1200 of 5000 (24%), 800/s, 5s left");
  CHECK(progress_line("counting", 3, 10, seconds(2)) == "counting: 3 of 10 (30%), 1.5/s, 5s left");
  CHECK(progress_line("counting", 1, 100, seconds(1)) ==
        "counting: 1 of 100 (1%), 1.0/s, 1m 39s left");
  CHECK(progress_line("counting", 1, 7500, seconds(1)) ==
        "counting: 1 of 7500 (0%), 1.0/s, 2h 04m left");
  CHECK(progress_line("counting", 1, 1'000'000, seconds(1)) ==
        "counting: 1 of 1000000 (0%), 1.0/s, days left");
}

TEST_CASE("a progress line says nothing that it does not know") {
  CHECK(progress_line("counting", 1200, 0, seconds(2)) == "counting: 1200, 600/s");
  CHECK(progress_line("counting", 0, 5000, seconds(2)) == "counting: 0 of 5000 (0%)");
  CHECK(progress_line("counting", 0, 0, seconds(2)) == "counting: 0");
  CHECK(progress_line("counting", 5000, 5000, seconds(2)) ==
        "counting: 5000 of 5000 (100%), 2500/s");
  CHECK(progress_line("counting", 5001, 5000, seconds(3)) ==
        "counting: 5001 of 5000 (100%), 1667/s");
}

TEST_CASE("work of less than a second shows no progress") {
  Terminal terminal;
  {
    Progress progress = terminal.start();
    for (int i = 0; i < 100; ++i) {
      terminal.clock.steady += milliseconds(9);
      progress.update(i, 100);
    }
  }
  CHECK(terminal.written() == "");
}

TEST_CASE("a progress line is drawn five times a second, and erased at the end") {
  Terminal terminal;
  int drawn = 0;
  {
    Progress progress = terminal.start();
    terminal.clock.steady += seconds(1);
    for (int i = 0; i < 1000; ++i) {
      progress.update(i + 1, 1000);
      drawn += terminal.written().empty() ? 0 : 1;
      terminal.clock.steady += milliseconds(1);
    }
    terminal.clock.steady += seconds(1);
    progress.update(1000, 1000);
    CHECK(terminal.written() == "\r\x1b[Kcounting: 1000 of 1000 (100%), 333/s");
  }
  CHECK(drawn == 5);
  CHECK(terminal.written() == "\r\x1b[K");
}

TEST_CASE("a progress line makes room for other output, and is erased when an error passes") {
  Terminal terminal;
  CHECK_THROWS_AS(
      [&] {
        Progress progress = terminal.start();
        terminal.clock.steady += seconds(2);
        progress.update(1, 2);
        CHECK(terminal.written() != "");
        progress.erase();
        CHECK(terminal.written() == "\r\x1b[K");
        progress.erase();
        CHECK(terminal.written() == "");
        terminal.clock.steady += seconds(2);
        progress.update(1, 2);
        terminal.written();
        throw std::runtime_error("disk full");
      }(),
      std::runtime_error);
  CHECK(terminal.written() == "\r\x1b[K");
}

TEST_CASE("a progress line is no wider than the terminal, and none is drawn where nobody watches") {
  Terminal terminal;
  Progress progress = terminal.start("z\xc3\xa4hle \xe6\x97\xa5\xe6\x9c\xac\x1b[31m");
  for (const int columns : {1, 8, 10, 20, 30}) {
    terminal.columns = columns;
    terminal.clock.steady += seconds(2);
    progress.update(1, 3);
    const std::string line = terminal.written();
    REQUIRE(line.starts_with("\r\x1b[K"));
    CHECK(line.find('\x1b', 4) == std::string::npos);
    CHECK(display_width(line.substr(4)) < columns);
    CHECK(display_width(line.substr(4)) >= columns - 2);
    CHECK_FALSE(find_invalid_utf8(line));
  }
  terminal.columns = 0;
  terminal.clock.steady += seconds(2);
  progress.update(2, 3);
  CHECK(terminal.written() == "");
}

}  // namespace
}  // namespace llmctl::output
