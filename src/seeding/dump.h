#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace llmctl::seeding {

enum class DumpFormat { yaml, json_lines };

struct DumpOptions {
  DumpFormat format = DumpFormat::yaml;
  bool with_conversations = false;
  std::optional<std::int64_t> revision = {};  ///< this alone, as its object was then
};

struct DumpResult {
  /// What was left out because it holds a literal secret: "provider 'x': configuration".
  std::vector<std::string> left_out;
  /// What is in the file although its reader refuses it, because the database takes more than seed
  /// files do: "agent 'My Agent': color: 'red' is not a colour like "#FA5A25"". Last, whether the
  /// whole is too large for one.
  std::vector<std::string> refused;
};

/// Takes the next piece of the text.
using TextSink = std::function<void(std::string_view)>;

/// Writes providers, tools and agents, and the conversations when asked to, as a seed file that,
/// when nothing is refused or left out, makes the same objects in another database and changes
/// nothing in this one. In order of their ids; a few objects at a time are in memory. Throws
/// Error(not_found) for a revision that is not there or says that its object was deleted.
DumpResult dump(storage::Database& database, const DumpOptions& options, const TextSink& sink);

}  // namespace llmctl::seeding
