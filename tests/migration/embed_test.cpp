#include <catch2/catch.hpp>
#include <regex>

#include "tests/support/database.h"
#include "tests/support/process.h"

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;

/// The code that cmake/embed.cmake writes for a schema of these two files.
std::string embedded(const std::string& history, const std::string& migration) {
  const TemporaryDirectory directory;
  directory.write("schema/sqlite/history.sql", history);
  directory.write("schema/sqlite/0001_backend_first.sql", migration);
  directory.write("schema/sqlite/0002_second.sql", migration);
  const fs::path output = directory / "out.cpp";
  const ProcessResult result =
      run_process({{LLMCTL_CMAKE, "-DKIND=migrations", "-DSOURCE_DIR=" + directory.path().string(),
                    "-DOUTPUT=" + output.string(), "-P", LLMCTL_SOURCE_DIR "/cmake/embed.cmake"},
                   {}});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return read_file(output);
}

TEST_CASE("a migration's hash does not depend on how its file was checked out or formatted") {
  const std::string history = "CREATE TABLE h (id integer);\n";
  const std::string plain =
      "-- caf\xc3\xa9; [a] \"b\" $c ${d}\nCREATE TABLE a (\n  id integer\n);\n";
  const std::string expected = embedded(history, plain);
  const std::string crlf = std::regex_replace(plain, std::regex("\n"), "\r\n");
  const std::string blanks = std::regex_replace(plain, std::regex("\n"), " \t\n");
  const std::vector<std::string> variants{crlf,
                                          "\xef\xbb\xbf" + plain,
                                          "\xef\xbb\xbf" + crlf,
                                          plain.substr(0, plain.size() - 1),
                                          plain + "\n\n",
                                          crlf + "\r\n",
                                          blanks};
  for (const std::string& variant : variants) {
    CAPTURE(variant);
    CHECK(embedded(history, variant) == expected);
  }
  CHECK(embedded(history, plain + "-- more\n") != expected);
}

TEST_CASE("a migration whose name says so is marked as the backend's") {
  const std::string code = embedded("", "SELECT 1;\n");
  CHECK(std::regex_search(code,
                          std::regex("\"0001_backend_first\", \"[0-9a-f]{64}\"[^}]*, true\\}")));
  CHECK(std::regex_search(code, std::regex("\"0002_second\", \"[0-9a-f]{64}\"[^}]*, false\\}")));
}

}  // namespace
}  // namespace llmctl::test
