#pragma once

#include <cstddef>
#include <filesystem>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "seeding/variables.h"
#include "storage/database.h"

/// Seed files, read, checked and merged; nothing here needs the database that they are for.
namespace llmctl::seeding {

/// One seed file: YAML, or JSON Lines when its name ends in ".jsonl".
struct SeedSource {
  std::string name;  ///< for messages: the path as given, "stdin" or "builtin:core.yaml"
  std::string text;  ///< unless there is a path
  std::filesystem::path directory;  ///< below which `{file: …}` may read; empty: nowhere
  std::filesystem::path path = {};  ///< read when it is needed, and not kept

  bool is_json_lines() const;
};

/// The files at these paths, in order; of a directory its *.yaml, *.yml and *.jsonl, in name order;
/// "-" is standard input. Throws Error: not_found (no such path, or a directory without seed
/// files), io.
std::vector<SeedSource> read_sources(const std::vector<std::string>& paths,
                                     std::istream& standard_input);

/// The seed files inside this program.
std::vector<SeedSource> builtin_sources();

/// The whole text. Throws Error: io, invalid_data (over 64 MiB).
std::string read_text(const SeedSource& source);

/// Of the whole text, however large, as 64 hex digits. Throws Error(io).
std::string sha256_of(const SeedSource& source);

/// A file whose text another file takes with `{file: path}`.
struct IncludedFile {
  std::int64_t source = 0;  ///< number of the file that takes it
  std::string path;         ///< as written
  std::string sha256;       ///< of the text that was taken
};

/// What a file says about itself.
struct SeedFile {
  std::string name;
  std::string seed_set;
  Timestamp base_time;  ///< from which its fixtures' times count
};

/// What the files ask for, merged by id: the later file wins, field by field; mappings merge, lists
/// replace. An object belongs to the set of the first file that names it.
struct SeedSet {
  std::unique_ptr<storage::Database> staging;  ///< the objects: storage/staging.h
  std::vector<SeedFile> files;                 ///< by the number that staged places have
  std::vector<std::string> names;              ///< of the seed sets, in order of appearance
  std::vector<IncludedFile> included;          ///< in order of appearance, some perhaps twice
};

struct Known;
struct LoadOptions {
  Variables* variables = nullptr;  ///< for `${NAME}`; none: there are no variables
  /// Also find references that lead neither into the files nor to what is known, and new objects
  /// that lack a field they need (seeding/checks.h).
  const Known* known = nullptr;
};

/// Reads, checks and merges. Throws Error(invalid_data) with all problems of all files; of a file
/// that cannot be read at all, its first.
SeedSet load(const std::vector<SeedSource>& sources, const LoadOptions& options = {});

/// How many objects a set holds of each kind.
struct SeedCounts {
  std::int64_t llm_providers = 0;
  std::int64_t agents = 0;
  std::int64_t tools = 0;
  std::int64_t conversations = 0;
};

/// Reads and checks as load does, and also what can be known without a database: every reference
/// leads to an object of the files or of the built-in seeds, and an object that is not built in has
/// the fields that a new one needs. (An object that exists only in a database is not known here.)
/// Throws Error(invalid_data) with all problems of all files.
SeedCounts validate(const std::vector<SeedSource>& sources, Variables& variables);

}  // namespace llmctl::seeding
