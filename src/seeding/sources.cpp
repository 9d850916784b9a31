#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/files.h"
#include "base/sha256.h"
#include "base/signals.h"
#include "base/text.h"
#include "seeding/embedded.h"
#include "seeding/seed_set.h"
#include "yaml/reader.h"

namespace llmctl::seeding {
namespace {

namespace fs = std::filesystem;

std::string read_all(std::istream& stream, const std::string& name, std::size_t expected) {
  std::string text;
  text.reserve(std::min(expected, yaml::max_file_size) + 1);
  std::vector<char> chunk(1 << 16);
  // Not much further than what is allowed.
  while (stream && text.size() <= yaml::max_file_size) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) throw Error(ErrorKind::io, fmt::format("cannot read '{}'", name));
  if (text.size() > yaml::max_file_size) {
    throw Error(ErrorKind::invalid_data, fmt::format("'{}' is larger than 64 MiB", name),
                "large seeds go into JSON Lines: a file whose name ends in .jsonl");
  }
  return text;
}

std::ifstream open_file(const SeedSource& source) {
  std::ifstream stream(source.path, std::ios::binary);
  // Opening a named pipe waits for a writer.
  if (!stream) throw_if_interrupted();
  if (!stream) throw_errno("read", source.name);
  return stream;
}

/// Opens it, so that what cannot be read is told before anything is done. What is no regular file
/// may be readable only once, and is kept.
SeedSource file_source(const fs::path& path) {
  const fs::path directory = path.parent_path();
  SeedSource source{path.string(), {}, directory.empty() ? fs::path(".") : directory, path};
  std::ifstream stream = open_file(source);
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) return source;
  return {source.name, read_all(stream, source.name, 0), {}, {}};
}

bool is_seed_file(const fs::path& path) {
  const std::string extension = path.extension().string();
  const bool hidden = path.filename().string().starts_with('.');
  return !hidden && (extension == ".yaml" || extension == ".yml" || extension == ".jsonl");
}

/// Whether the first line is a whole JSON object that says which format this is.
bool looks_like_json_lines(std::string_view text) {
  const std::string_view line = trim(text.substr(0, text.find('\n')));
  return line.starts_with('{') && line.ends_with('}') &&
         line.find("\"llmctl\"") != std::string_view::npos;
}

std::vector<fs::path> seed_files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (fs::directory_iterator entry(directory, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    if (is_seed_file(entry->path())) files.push_back(entry->path());
  }
  if (problem) {
    throw Error(ErrorKind::io, fmt::format("cannot read the directory '{}': {}", directory.string(),
                                           problem.message()));
  }
  if (files.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("no seed files in '{}'", directory.string()),
                "seed files end in .yaml, .yml or .jsonl");
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
      sources.push_back({"stdin", read_all(standard_input, "stdin", 0), {}, {}});
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
      sources.push_back(file_source(path));
      continue;
    }
    for (const fs::path& file : seed_files_in(path)) sources.push_back(file_source(file));
  }
  return sources;
}

bool SeedSource::is_json_lines() const {
  return name.ends_with(".jsonl") || (path.empty() && looks_like_json_lines(text));
}

std::string read_text(const SeedSource& source) {
  if (source.path.empty()) return source.text;
  std::ifstream stream = open_file(source);
  std::error_code ignored;
  const auto size = fs::file_size(source.path, ignored);
  return read_all(stream, source.name, ignored ? 0 : size);
}

std::string sha256_of(const SeedSource& source) {
  if (source.path.empty()) return sha256_hex(source.text);
  std::ifstream stream = open_file(source);
  const std::string sha256 = sha256_hex(stream);
  if (stream.bad()) throw Error(ErrorKind::io, fmt::format("cannot read '{}'", source.name));
  return sha256;
}

std::vector<SeedSource> builtin_sources() {
  std::vector<SeedSource> sources;
  sources.reserve(embedded_seeds.size());
  for (const EmbeddedSeed& seed : embedded_seeds) {
    sources.push_back({fmt::format("builtin:{}", seed.name), std::string(seed.text), {}, {}});
  }
  return sources;
}

}  // namespace llmctl::seeding
