#include "cli/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/staged_file.h"

namespace llmctl::cli {

std::string read_whole_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream && errno == ENOENT)
    throw Error(ErrorKind::not_found, fmt::format("no file '{}'", path));
  if (!stream) throw_errno("read", path);
  std::string text;
  std::vector<char> chunk(1 << 16);
  while (stream) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) throw_errno("read", path);
  return text;
}

void write_file(const std::string& path, const std::function<void(std::ostream&)>& write) {
  std::error_code ignored;
  std::optional<StagedFile> staged;
  if (!std::filesystem::exists(path, ignored) || std::filesystem::is_regular_file(path, ignored))
    staged.emplace(path);
  std::ofstream file(staged ? staged->path() : std::filesystem::path(path), std::ios::binary);
  if (!file) throw_errno("write to", path);
  errno = 0;
  write(file);
  file.close();
  if (!file) throw_errno("write to", path);
  if (staged) staged->publish();
}

}  // namespace llmctl::cli
