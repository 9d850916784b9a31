#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/output_stream.h"
#include "base/signals.h"
#include "base/staged_file.h"

namespace llmctl::cli {
namespace {

bool is_database(const std::filesystem::path& path) {
  constexpr std::string_view magic{"SQLite format 3\0", 16};
  std::ifstream stream(path, std::ios::binary);
  std::array<char, magic.size()> start{};
  return stream.read(start.data(), start.size()) &&
         magic == std::string_view(start.data(), start.size());
}

}  // namespace

void require_replaceable(const std::string& path,
                         const std::vector<std::filesystem::path>& inputs) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return;
  if (is_database(path)) {
    throw Error(ErrorKind::refused, fmt::format("'{}' is a database, and would be replaced", path),
                "--out names the file to write; the database is that of --db");
  }
  const bool is_input = std::ranges::any_of(inputs, [&](const std::filesystem::path& input) {
    return std::filesystem::equivalent(input, path, ignored);
  });
  if (!is_input) return;
  throw Error(ErrorKind::refused,
              fmt::format("'{}' is read by this command, and would be replaced", path),
              "name another file to write");
}

std::string read_whole_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  // Opening a named pipe waits for the other side.
  if (!stream) throw_if_interrupted();
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
  const std::string target = staged ? staged->path().string() : path;
  const FileDescriptor file(::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) throw_if_interrupted();
  if (!file.is_open()) throw_errno("write to", path);
  OutputStream out(file.number());
  write(out);
  out.flush();
  if (!out) {
    errno = out.problem();
    throw_errno("write to", path);
  }
  if (staged) staged->publish();
}

}  // namespace llmctl::cli
