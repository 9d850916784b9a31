#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace llmctl {

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) close(number_);
}

void throw_errno(std::string_view doing, const std::filesystem::path& path) {
  const int reason = errno;
  throw Error(ErrorKind::io,
              fmt::format("cannot {} '{}': {}", doing, path.string(), std::strerror(reason)));
}

bool has_content(const std::filesystem::path& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && (S_ISDIR(status.st_mode) || status.st_size > 0);
}

void write_through(const std::filesystem::path& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw_errno("open", path);
  if (fsync(file.number()) != 0) throw_errno("write", path);
}

}  // namespace llmctl
