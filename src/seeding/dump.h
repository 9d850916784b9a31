#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace llmctl::seeding {

enum class DumpFormat { yaml, json_lines };

struct DumpOptions {
  DumpFormat format = DumpFormat::yaml;
  bool with_conversations = false;
};

struct DumpResult {
  /// What was left out because it holds a literal secret: "provider 'x': configuration".
  std::vector<std::string> left_out;
};

/// Takes the next piece of the text.
using TextSink = std::function<void(std::string_view)>;

/// Writes providers, tools and agents, and the conversations when asked to, as a seed file that
/// makes the same objects in another database and changes nothing in this one. In order of their
/// ids; one object at a time is in memory.
DumpResult dump(storage::Database& database, const DumpOptions& options, const TextSink& sink);

}  // namespace llmctl::seeding
