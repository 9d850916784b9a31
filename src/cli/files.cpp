#include "cli/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "base/staged_file.h"

namespace llmctl::cli {
namespace {

[[noreturn]] void throw_errno(std::string_view doing, const std::string& path) {
  throw Error(ErrorKind::io, fmt::format("cannot {} '{}': {}", doing, path, std::strerror(errno)));
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

void write_file(const std::string& path, const std::function<void(std::ostream&)>& write) {
  std::error_code ignored;
  std::optional<StagedFile> staged;
  if (!std::filesystem::exists(path, ignored) || std::filesystem::is_regular_file(path, ignored))
    staged.emplace(path);
  std::ofstream file(staged ? staged->path() : std::filesystem::path(path), std::ios::binary);
  errno = 0;
  write(file);
  file.close();
  if (!file) throw_errno("write to", path);
  if (staged) staged->publish();
}

}  // namespace llmctl::cli
