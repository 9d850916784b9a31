#include "seeding/include_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace llmctl::seeding {
namespace {

constexpr std::size_t max_included_size = std::size_t{1} << 20;

[[noreturn]] void refuse(std::string_view path, std::string_view why) {
  throw Error(ErrorKind::invalid_data, fmt::format("'{}' {}", path, why));
}

/// Opens one step of the path; a link in its place is refused by the kernel.
FileDescriptor open_step(const FileDescriptor& parent, const std::string& name, int flags,
                         std::string_view path) {
  FileDescriptor step(::openat(parent.number(), name.c_str(),
                               flags | O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (step.is_open()) return step;
  const int code = errno;
  struct stat status {};
  const bool is_link =
      ::fstatat(parent.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISLNK(status.st_mode);
  if (is_link) refuse(path, "leads through a link, and links are not followed");
  if (code == ENOENT) refuse(path, "does not exist below the seed file's directory");
  refuse(path, fmt::format("cannot be read: {}", std::strerror(code)));
}

FileDescriptor open_below(const std::filesystem::path& directory, std::string_view path) {
  const std::filesystem::path relative(path);
  FileDescriptor current(::open(directory.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
  if (!current.is_open())
    refuse(directory.string(), fmt::format("cannot be read: {}", std::strerror(errno)));
  for (auto step = relative.begin(); step != relative.end(); ++step) {
    if (*step == ".") continue;
    const bool last = std::next(step) == relative.end();
    current = open_step(current, step->string(), last ? 0 : O_DIRECTORY, path);
  }
  return current;
}

std::string read_all(const FileDescriptor& file, std::string_view path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode))
    refuse(path, "is not a regular file");
  std::string text(max_included_size + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(path, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > max_included_size) refuse(path, "is larger than 1 MiB");
  text.resize(size);
  return text;
}

std::string with_line_feeds(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!text.substr(at).starts_with("\r\n")) result += text[at];
  }
  return result;
}

}  // namespace

std::string read_included_file(const std::filesystem::path& directory,
                               std::string_view relative_path) {
  if (directory.empty())
    refuse(relative_path, "cannot be included: only a seed file on disk can include files");
  const std::filesystem::path relative(relative_path);
  if (relative.empty() || relative.is_absolute())
    refuse(relative_path, "is not a path below the seed file's directory");
  for (const auto& step : relative) {
    if (step == ".." || step.empty())
      refuse(relative_path, "is not a path below the seed file's directory");
  }
  std::string text = read_all(open_below(directory, relative_path), relative_path);
  if (find_invalid_utf8(text)) refuse(relative_path, "is not UTF-8");
  if (text.find('\0') != std::string::npos) refuse(relative_path, "holds a NUL character");
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return with_line_feeds(text);
}

}  // namespace llmctl::seeding
