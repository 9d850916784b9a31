#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/error.h"

namespace llmctl::cli {
namespace {

[[noreturn]] void throw_errno(std::string_view doing, const std::string& path) {
  throw Error(ErrorKind::io, fmt::format("cannot {} '{}': {}", doing, path, std::strerror(errno)));
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return fsync(file) == 0;
}

}  // namespace

std::string read_whole_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream && errno == ENOENT)
    throw Error(ErrorKind::not_found, fmt::format("no file '{}'", path));
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (!stream || stream.bad()) throw_errno("read", path);
  return text;
}

void write_whole_file(const std::string& path, std::string_view text) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
  const int file =
      ::open(temporary.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) throw_errno("create", path);
  const bool written = write_all(file, text);
  const int problem = errno;
  close(file);
  if (!written || std::rename(temporary.c_str(), path.c_str()) != 0) {
    if (!written) errno = problem;
    const int reason = errno;
    unlink(temporary.c_str());
    errno = reason;
    throw_errno("write", path);
  }
}

}  // namespace llmctl::cli
