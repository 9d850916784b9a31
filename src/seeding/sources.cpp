#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "seeding/embedded.h"
#include "seeding/seed_set.h"
#include "yaml/reader.h"

namespace llmctl::seeding {
namespace {

namespace fs = std::filesystem;

/// Reads to the end, but not much further than what is allowed.
std::string read_all(std::istream& stream, const std::string& name, std::uintmax_t size = 0) {
  std::string text;
  text.reserve(std::min<std::uintmax_t>(size, yaml::max_file_size));
  std::vector<char> chunk(1 << 16);
  while (stream && text.size() <= yaml::max_file_size) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) throw Error(ErrorKind::io, fmt::format("cannot read '{}'", name));
  if (text.size() > yaml::max_file_size) {
    throw Error(ErrorKind::invalid_data, fmt::format("'{}' is larger than 64 MiB", name));
  }
  return text;
}

SeedSource read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    throw Error(ErrorKind::io,
                fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  const fs::path directory = path.parent_path();
  std::error_code unknown;
  const std::uintmax_t size = fs::is_regular_file(path, unknown) ? fs::file_size(path, unknown) : 0;
  return {path.string(), read_all(stream, path.string(), size),
          directory.empty() ? fs::path(".") : directory};
}

std::vector<fs::path> seed_files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (fs::directory_iterator entry(directory, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    const std::string extension = entry->path().extension().string();
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (!hidden && (extension == ".yaml" || extension == ".yml")) files.push_back(entry->path());
  }
  if (problem) {
    throw Error(ErrorKind::io, fmt::format("cannot read the directory '{}': {}", directory.string(),
                                           problem.message()));
  }
  if (files.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("no seed files in '{}'", directory.string()),
                "seed files end in .yaml or .yml");
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<SeedSource> read_sources(const std::vector<std::string>& paths,
                                     std::istream& standard_input) {
  std::vector<SeedSource> sources;
  for (const std::string& path : paths) {
    if (path == "-") {
      sources.push_back({"stdin", read_all(standard_input, "stdin"), {}});
      continue;
    }
    std::error_code problem;
    const fs::file_status status = fs::status(path, problem);
    if (status.type() == fs::file_type::not_found) {
      throw Error(ErrorKind::not_found, fmt::format("no seed file '{}'", path));
    }
    if (problem)
      throw Error(ErrorKind::io, fmt::format("cannot read '{}': {}", path, problem.message()));
    if (!fs::is_directory(status)) {
      sources.push_back(read_file(path));
      continue;
    }
    for (const fs::path& file : seed_files_in(path)) sources.push_back(read_file(file));
  }
  return sources;
}

std::vector<SeedSource> builtin_sources() {
  std::vector<SeedSource> sources;
  sources.reserve(embedded_seeds.size());
  for (const EmbeddedSeed& seed : embedded_seeds) {
    sources.push_back({fmt::format("builtin:{}", seed.name), std::string(seed.text), {}});
  }
  return sources;
}

}  // namespace llmctl::seeding
