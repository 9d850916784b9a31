#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

/// Who may include whom: CONTRIBUTING.md explains the layers, this keeps them.
namespace llmctl {
namespace {

struct Include {
  std::string file;    ///< below src: "chat/turn.cpp"
  std::string target;  ///< "storage/database.h", "sqlite3.h"
  bool is_project = false;
};

std::string folder_of(const std::string& path) { return path.substr(0, path.find('/')); }

std::vector<Include> read_includes() {
  const std::filesystem::path root = LLMCTL_SOURCE_DIR "/src";
  const std::regex pattern(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
  std::vector<Include> includes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      std::smatch match;
      if (!std::regex_search(line, match, pattern)) continue;
      includes.push_back({std::filesystem::relative(entry.path(), root).generic_string(),
                          match[2].str(), match[1].str() == "\""});
    }
  }
  return includes;
}

/// What a folder's files may include besides their own folder: folders, or single headers.
const std::map<std::string, std::set<std::string>> allowed{
    {"base", {}},
    {"model", {"base"}},
    {"http", {"base"}},
    {"yaml", {"base"}},
    {"config", {"base", "yaml"}},
    {"storage", {"base", "model"}},
    {"migration", {"base", "storage"}},
    {"providers", {"base", "config", "model", "http"}},
    {"chat", {"base", "config", "model", "storage", "http", "providers/provider.h"}},
    {"admin", {"base", "config", "model", "storage", "http", "providers/provider.h"}},
    {"seeding", {"base", "config", "model", "storage", "yaml", "providers/provider.h"}},
    {"audit", {"base", "config", "model", "storage", "providers/provider.h"}},
    {"output", {"base", "model", "chat", "seeding", "audit", "admin", "migration", "storage"}},
};

TEST_CASE("every folder of src includes only what lies below it") {
  const auto includes = read_includes();
  REQUIRE(includes.size() > 200);
  for (const Include& include : includes) {
    if (!include.is_project) continue;
    const std::string from = folder_of(include.file);
    const std::string to = folder_of(include.target);
    if (from == to || from == "cli" || include.file == "main.cpp") continue;
    CAPTURE(include.file, include.target);
    REQUIRE(allowed.contains(from));
    const auto& may = allowed.at(from);
    CHECK((may.contains(to) || may.contains(include.target)));
  }
}

TEST_CASE("project headers are included by their path from src, and they exist") {
  for (const Include& include : read_includes()) {
    if (!include.is_project) continue;
    CAPTURE(include.file, include.target);
    CHECK(std::filesystem::exists(std::string(LLMCTL_SOURCE_DIR "/src/") + include.target));
  }
}

TEST_CASE("each library is known in one place") {
  struct Case {
    std::string header;  ///< a regular expression
    std::string files;   ///< who may include it
  };
  const Case cases[] = {
      {"SQLiteCpp/.*|sqlite3\\.h", "storage/sqlite/.*\\.cpp"},
      {"yaml-cpp/.*", "yaml/.*\\.cpp"},
      {"CLI/.*|CLI11\\.hpp", "cli/.*"},
      {"openssl/.*", "base/.*\\.cpp"},
      {"curl/.*", "http/curl_.*"},
      {"libpq-fe\\.h", "storage/postgres/.*\\.cpp"},
      {"nlohmann/json\\.hpp", ".*\\.cpp"},
      {"nlohmann/.*", ".*"},
      {"catch2/.*", "nobody"},
  };
  const auto includes = read_includes();
  for (const Case& c : cases) {
    const std::regex header(c.header);
    const std::regex files(c.files);
    int used = 0;
    for (const Include& include : includes) {
      if (include.is_project || !std::regex_match(include.target, header)) continue;
      ++used;
      CAPTURE(include.file, include.target);
      CHECK(std::regex_match(include.file, files));
    }
    CAPTURE(c.header);
    // A pattern that matches nothing would watch over nothing.
    const bool comes_later = c.files == "nobody" || c.header.starts_with("libpq");
    CHECK((used > 0 || comes_later));
  }
}

TEST_CASE("the parts of storage that know an engine stay in its folder") {
  for (const Include& include : read_includes()) {
    if (!include.target.starts_with("storage/sqlite/")) continue;
    CAPTURE(include.file, include.target);
    CHECK((include.file.starts_with("storage/sqlite/") || include.file == "storage/database.cpp"));
  }
}

TEST_CASE("every header says pragma once, and no file is longer than 400 lines") {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(LLMCTL_SOURCE_DIR "/src")) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path().string());
    std::ifstream file(entry.path());
    std::string first;
    std::getline(file, first);
    if (entry.path().extension() == ".h") CHECK(first == "#pragma once");
    const auto lines = 1 + std::count(std::istreambuf_iterator<char>(file),
                                      std::istreambuf_iterator<char>(), '\n');
    CHECK(lines <= 400);
  }
}

}  // namespace
}  // namespace llmctl
