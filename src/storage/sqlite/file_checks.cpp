#include "storage/sqlite/file_checks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "base/files.h"
#include "base/shell.h"
#include "storage/sqlite/open.h"
#include "storage/sqlite/stamp.h"

namespace llmctl::storage::sqlite {
namespace {

constexpr std::string_view magic{"SQLite format 3\0", 16};
constexpr std::size_t header_size = 100;  // https://sqlite.org/fileformat.html#the_database_header

std::int64_t big_endian(const std::array<unsigned char, header_size>& header, std::size_t at,
                        std::size_t size) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | header[at + i];
  return value;
}

/// What the header says the file's length is; 0 when the header does not know.
std::int64_t expected_size(const std::array<unsigned char, header_size>& header) {
  const bool page_count_is_valid = big_endian(header, 24, 4) == big_endian(header, 92, 4);
  const std::int64_t page_size = big_endian(header, 16, 2) == 1 ? 65536 : big_endian(header, 16, 2);
  return page_count_is_valid ? page_size * big_endian(header, 28, 4) : 0;
}

/// What the file lacks of the size in its header, which was read before: a file that grows
/// meanwhile is not too short.
std::int64_t missing_bytes(const std::string& path, int file,
                           const std::array<unsigned char, header_size>& header) {
  // With a log or journal beside it, the rest of the file may still stand there.
  if (has_content(path + "-wal") || has_content(path + "-journal")) return 0;
  struct stat status {};
  if (fstat(file, &status) != 0) throw_errno("read", path);
  return std::max<std::int64_t>(expected_size(header) - status.st_size, 0);
}

void check_header(const std::string& path, int file) {
  std::array<unsigned char, header_size> header{};
  const ssize_t got = pread(file, header.data(), header.size(), 0);
  if (got < 0) throw_errno("read", path);
  if (static_cast<std::size_t>(got) < header.size() ||
      std::memcmp(header.data(), magic.data(), magic.size()) != 0) {
    throw Error(ErrorKind::damaged, fmt::format("'{}' is not an SQLite database", path));
  }
  if (const std::int64_t missing = missing_bytes(path, file, header); missing > 0) {
    const std::int64_t expected = expected_size(header);
    throw Error(ErrorKind::damaged,
                fmt::format("'{}' is truncated: {} bytes instead of {}", path, expected - missing,
                            expected),
                "restore a backup");
  }
}

}  // namespace

FileState check_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return FileState::missing;
    throw_errno("open", path);
  }
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::io, fmt::format("'{}' is a directory, not a database", path));
  }
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) throw_errno("open", path);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::io, fmt::format("'{}' is not a regular file", path));
  }
  if (status.st_size == 0) return FileState::empty;
  check_header(path, file.number());
  return FileState::database;
}

void create_file(const std::string& path, unsigned mode) {
  const FileDescriptor file(
      ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.is_open()) {
    if (mode != (S_IRUSR | S_IWUSR) && fchmod(file.number(), mode) != 0)
      throw_errno("set the mode of", path);
  } else if (errno != EEXIST) {
    const bool no_folder = errno == ENOENT;
    const std::string reason = std::strerror(errno);
    const std::string folder = std::filesystem::path(path).parent_path().string();
    throw Error(ErrorKind::io, fmt::format("cannot create '{}': {}", path, reason),
                no_folder ? "mkdir -p " + shell_quoted(folder) : "");
  }
}

std::optional<std::int32_t> read_stamp(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return std::nullopt;
  std::array<unsigned char, header_size> header{};
  const ssize_t got = pread(file.number(), header.data(), header.size(), 0);
  const bool whole = got == static_cast<ssize_t>(header.size()) &&
                     std::memcmp(header.data(), magic.data(), magic.size()) == 0;
  // What a log or journal beside the file holds may be newer than the header, or about to be rolled
  // back.
  if (!whole || has_content(path + "-wal") || has_content(path + "-journal")) return std::nullopt;
  if (missing_bytes(path, file.number(), header) > 0) return std::nullopt;
  return decode_stamp(big_endian(header, 60, 4), big_endian(header, 40, 4));
}

bool is_reachable(const std::string& path, Access access) {
  struct stat status {};
  if (path == ":memory:" || stat(path.c_str(), &status) == 0) return true;
  if (access != Access::create || errno != ENOENT) return false;
  const auto folder = std::filesystem::absolute(path).parent_path();
  return stat(folder.c_str(), &status) == 0;
}

bool must_open_immutable(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  return !has_content(path + "-wal") && !has_content(path + "-journal") &&
         access(folder.c_str(), W_OK) != 0;
}

}  // namespace llmctl::storage::sqlite
