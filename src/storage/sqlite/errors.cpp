#include "storage/sqlite/errors.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <filesystem>

#include "base/error.h"
#include "base/signals.h"

namespace llmctl::storage::sqlite {
namespace {

std::string free_space(const std::string& path) {
  std::error_code problem;
  const auto folder = std::filesystem::absolute(path, problem).parent_path();
  const auto space = std::filesystem::space(folder, problem);
  return problem ? "" : fmt::format(", {} MB free", space.available / 1'000'000);
}

/// Writing beyond it fails like a broken disk.
std::string size_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return "";
  return fmt::format("; a file may have at most {} bytes here (ulimit -f)", limit.rlim_cur);
}

}  // namespace

void throw_error(int extended_code, std::string_view sqlite_message, std::string_view doing,
                 const std::string& path) {
  // What has no path is named by words.
  const std::string place = path.starts_with('/') ? fmt::format("{} '{}'", doing, path)
                                                  : fmt::format("{} {}", doing, path);
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      // The busy handler gives up early when a signal arrives.
      throw_if_interrupted();
      throw Error(ErrorKind::lock_timeout,
                  fmt::format("{}: another program holds the database", place),
                  "wait for it, or give it longer with --lock-timeout");
    case SQLITE_INTERRUPT:
      throw_if_interrupted();
      throw Error(ErrorKind::internal, fmt::format("{}: interrupted without a signal", place));
    case SQLITE_FULL:
      throw Error(ErrorKind::io, fmt::format("{}: the disk is full{}", place, free_space(path)),
                  "what was committed before is kept; free some space and run the command again");
    case SQLITE_READONLY:
      throw Error(ErrorKind::io, fmt::format("{}: the file or its directory is read-only", place),
                  "check the permissions of both, and how the file system is mounted");
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      throw Error(ErrorKind::io, fmt::format("{}: {}", place, sqlite_message),
                  "check that you may read and write the file and its directory");
    case SQLITE_IOERR:
      throw Error(
          ErrorKind::io, fmt::format("{}: {}{}", place, sqlite_message, size_limit()),
          "what was committed before is kept; check the disk, its free space and its limits");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw Error(ErrorKind::damaged, fmt::format("{}: {}", place, sqlite_message),
                  "restore a backup");
    default: break;
  }
  throw Error(ErrorKind::internal, fmt::format("{}: {}", place, sqlite_message));
}

void throw_latest_error(sqlite3* connection, std::string_view doing, const std::string& path) {
  const std::string message = sqlite3_errmsg(connection);
  throw_error(sqlite3_extended_errcode(connection), message, doing, path);
}

}  // namespace llmctl::storage::sqlite
