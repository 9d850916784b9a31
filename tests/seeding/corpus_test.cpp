#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "seeding/seed_set.h"
#include "tests/support/database.h"

namespace llmctl::seeding {
namespace {

/// What the file says about itself: the lines that begin with "#! ".
std::string expected_in(const std::string& text) {
  constexpr std::string_view prefix = "#! ";
  std::string expected;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
    if (line.starts_with(prefix)) expected += line.substr(prefix.size()) + "\n";
  }
  return expected;
}

/// "line:column: message" of each problem, one a line.
std::string problems_of(const std::filesystem::path& path) {
  std::istringstream none;
  std::string problems;
  Variables variables;
  try {
    validate(read_sources({path.string()}, none), variables);
  } catch (const Error& error) {
    for (ErrorDetail detail : error.details) {
      const std::string whole = to_string(detail);
      problems += whole.substr(detail.file.size() + 1) + "\n";
    }
  }
  return problems;
}

TEST_CASE("every bad seed file of the corpus gets the messages that it names") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(LLMCTL_SOURCE_DIR "/tests/corpus/seeds")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  REQUIRE(files.size() >= 60);
  for (const auto& file : files) {
    INFO(file.filename().string());
    const std::string expected = expected_in(test::read_file(file));
    CHECK_FALSE(expected.empty());
    CHECK(problems_of(file) == expected);
  }
}

}  // namespace
}  // namespace llmctl::seeding
