#pragma once

#include <cstddef>
#include <filesystem>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/fields.h"

/// Seed files, read, checked and merged; nothing here needs a database.
namespace llmctl::seeding {

/// The text of one seed file.
struct SeedSource {
  std::string name;  ///< for messages: the path as given, "stdin" or "builtin:core.yaml"
  std::string text;
  std::filesystem::path directory;  ///< below which `{file: …}` may read; empty: nowhere
};

/// The files at these paths, in order; of a directory its *.yaml and *.yml, in name order; "-" is
/// standard input. Throws Error: not_found (no such path, or a directory without seed files), io,
/// invalid_data (over 64 MiB).
std::vector<SeedSource> read_sources(const std::vector<std::string>& paths,
                                     std::istream& standard_input);

/// The seed files inside this program.
std::vector<SeedSource> builtin_sources();

/// Where a seed file says something: a detail without its message.
using Place = ErrorDetail;

/// An agent's reference to an LLM or tool.
struct Reference {
  std::string_view field;        ///< default_llm, allowed_llms or tools
  std::string_view target_kind;  ///< llm_providers or tools
  std::string target;
  Place place;
};

/// One object of the files, merged. Only the fields in `named` mean something in `record`.
template <class Record>
struct SeedObject {
  Record record;
  std::string seed_set;                             ///< of the first file that names the object
  Place place;                                      ///< in that file
  std::map<std::string, Place, std::less<>> named;  ///< fields and relations that the files name
  std::vector<Reference> references;
};

/// A file whose text another file takes with `{file: path}`.
struct IncludedFile {
  std::filesystem::path directory;  ///< of SeedSource
  std::string path;                 ///< as written
  std::string sha256;               ///< of the text that was taken
};

/// What the files ask for, in the order in which they first name each object.
struct SeedSet {
  std::vector<SeedObject<model::LlmProvider>> llm_providers;
  std::vector<SeedObject<model::Agent>> agents;
  std::vector<SeedObject<model::Tool>> tools;
  std::vector<std::string> names;      ///< of the seed sets, in order of appearance
  std::vector<IncludedFile> included;  ///< in order of appearance, some perhaps twice
};

/// Reads, checks and merges: the later file wins, field by field; mappings merge, lists replace.
/// Throws Error(invalid_data) with all problems of all files.
SeedSet load(const std::vector<SeedSource>& sources);

struct Known;
/// As above, and also finds references that lead neither into the files nor to what is known
/// (seeding/checks.h), and new objects that lack a field they need.
SeedSet load(const std::vector<SeedSource>& sources, const Known& known);

/// How many objects a set holds of each kind.
struct SeedCounts {
  std::size_t llm_providers = 0;
  std::size_t agents = 0;
  std::size_t tools = 0;
};

/// Reads and checks as load does, and also what can be known without a database: every reference
/// leads to an object of the files or of the built-in seeds, and an object that is not built in has
/// the fields that a new one needs. (An object that exists only in a database is not known here;
/// make_plan asks the database instead.) Throws Error(invalid_data) with all problems of all files.
SeedCounts validate(const std::vector<SeedSource>& sources);

}  // namespace llmctl::seeding
