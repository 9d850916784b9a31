#include "cli/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

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

void write_whole_file(const std::string& path, std::string_view text) {
  StagedFile file(path);
  std::ofstream stream(file.path(), std::ios::binary);
  stream << text << std::flush;
  if (!stream) throw_errno("write", path);
  file.publish();
}

}  // namespace llmctl::cli
