#include "migration/backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"
#include "base/shell.h"
#include "base/signals.h"

namespace llmctl::migration {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kept_copies = 3;
constexpr std::string_view time_pattern = "00000000T000000.000000Z-";

/// "20261001T120000.000001Z": sorts by time.
std::string compact(Timestamp time) {
  std::string text = to_rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

/// Databases of one name may share a directory for their copies: a hash of where they lie keeps
/// them apart.
std::string series_of(const fs::path& database, const fs::path& directory) {
  const fs::path home = database.parent_path();
  std::error_code ignored;
  const bool at_home = fs::equivalent(home, directory, ignored);
  const std::string place = at_home ? "" : "-" + sha256_hex(home.string()).substr(0, 8);
  return database.filename().string() + place + ".backup-";
}

bool is_copy(const std::string& name, const std::string& series) {
  if (!name.starts_with(series) || name.size() < series.size() + time_pattern.size()) return false;
  return std::ranges::equal(
      time_pattern, name.substr(series.size(), time_pattern.size()),
      [](char expected, char c) { return expected == '0' ? c >= '0' && c <= '9' : c == expected; });
}

void give_name(const fs::path& unfinished, const fs::path& file) {
  if (::rename(unfinished.c_str(), file.c_str()) != 0) throw_errno("name", file);
  try {
    // Without this a power cut could take the new name away again.
    write_through(file.parent_path());
  } catch (const Error&) {
    std::error_code ignored;
    fs::remove(file, ignored);
    throw;
  }
}

fs::path absolute_directory(const BackupOptions& options, const fs::path& database) {
  if (options.directory.empty()) return database.parent_path();
  std::error_code problem;
  if (!fs::is_directory(options.directory, problem)) {
    throw Error(ErrorKind::io,
                fmt::format("--backup-dir: '{}' is no directory; nothing was migrated",
                            options.directory.string()),
                "mkdir -p " + shell_quoted(options.directory.string()));
  }
  return fs::absolute(options.directory).lexically_normal();
}

}  // namespace

Backup::Backup(storage::Database& database, const BackupOptions& options, Timestamp now,
               const std::string& state)
    : database_(fs::weakly_canonical(options.database)) {
  const fs::path directory = absolute_directory(options, database_);
  series_ = series_of(database_, directory);
  // Whoever holds the write lock is alone here: a file of this name was left by one that was
  // killed.
  const fs::path unfinished = directory / ("." + series_ + "unfinished");
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  fs::remove(unfinished.string() + "-journal", ignored);
  file_ = directory / fmt::format("{}{}-at-{}", series_, compact(now), state);
  try {
    database.copy_to(unfinished.string());
    give_name(unfinished, file_);
  } catch (const Error& problem) {
    throw_if_interrupted();
    throw Error(problem.kind, fmt::format("{}; nothing was migrated", problem.what()),
                problem.hint.empty() || problem.kind == ErrorKind::io
                    ? "--backup-dir names another place for the copy"
                    : problem.hint);
  }
}

Backup::~Backup() {
  std::error_code ignored;
  if (!kept_) fs::remove(file_, ignored);
}

void Backup::remove_older() const {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(file_.parent_path(), ignored)) {
    if (is_copy(entry.path().filename().string(), series_))
      names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names, std::greater());
  std::erase(names, file_.filename().string());
  for (std::size_t i = kept_copies - 1; i < names.size(); ++i)
    fs::remove(file_.parent_path() / names[i], ignored);
}

std::string Backup::restore_command() const {
  const std::string target = shell_quoted(database_.string());
  // A log that belongs to the database as it was would spoil the copy.
  return fmt::format("rm -f {0}-wal {0}-shm {0}-journal && cp {1} {0}", target,
                     shell_quoted(file_.string()));
}

}  // namespace llmctl::migration
