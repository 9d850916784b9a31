#include "base/staged_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/error.h"
#include "tests/support/database.h"

namespace llmctl {
namespace {

using test::read_file;
using test::TemporaryDirectory;

std::size_t files_in(const TemporaryDirectory& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory.path()),
                    std::filesystem::directory_iterator()));
}

TEST_CASE("a staged file takes its target's place when it is published, for its owner alone") {
  const TemporaryDirectory directory;
  const auto target = directory.write("data.txt", "old");
  StagedFile staged(target);
  std::ofstream(staged.path()) << "new";
  CHECK(read_file(target) == "old");
  staged.publish();
  CHECK(read_file(target) == "new");
  CHECK(files_in(directory) == 1);
  struct stat status {};
  REQUIRE(stat(target.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a staged file that was not published leaves nothing") {
  const TemporaryDirectory directory;
  { const StagedFile staged(directory / "data.txt"); }
  CHECK(files_in(directory) == 0);
}

TEST_CASE("a staged file that must be new replaces nothing") {
  const TemporaryDirectory directory;
  {
    StagedFile first(directory / "data.txt");
    std::ofstream(first.path()) << "first";
    StagedFile second(directory / "data.txt");
    CHECK(first.publish_if_new());
    CHECK_FALSE(second.publish_if_new());
  }
  CHECK(read_file(directory / "data.txt") == "first");
  CHECK(files_in(directory) == 1);
}

TEST_CASE("a staged file that cannot be made names its target") {
  const TemporaryDirectory directory;
  try {
    const StagedFile staged(directory / "missing/data.txt");
    FAIL("made in a directory that does not exist");
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::io);
    CHECK_THAT(error.what(), Catch::Contains("missing/data.txt'"));
  }
}

}  // namespace
}  // namespace llmctl
