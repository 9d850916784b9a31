#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/database.h"

namespace llmctl::test {

/// An empty directory of its own, gone with everything in it when the test ends.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "llmctl-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("cannot make a temporary directory");
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

  /// Writes a file, and the directories it lies in; returns its path.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// `test.db` in the directory, opened with this access.
inline std::unique_ptr<storage::Database> open_test_database(const TemporaryDirectory& directory,
                                                             storage::Access access) {
  storage::OpenOptions options;
  options.access = access;
  return storage::open_database(storage::parse_location((directory / "test.db").string()), options);
}

/// `test.db` in the directory, new, with all tables.
inline std::unique_ptr<storage::Database> migrated_database(const TemporaryDirectory& directory) {
  auto database = open_test_database(directory, storage::Access::create);
  std::vector<std::filesystem::path> scripts;
  for (const auto& entry :
       std::filesystem::directory_iterator(LLMCTL_SOURCE_DIR "/schema/sqlite")) {
    scripts.push_back(entry.path());
  }
  std::ranges::sort(scripts);
  for (const auto& script : scripts)
    database->execute_script(read_file(script), script.filename().string());
  return database;
}

}  // namespace llmctl::test
