#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/time.h"
#include "seeding/generator.h"
#include "storage/database.h"

/// Made-up conversations for tests, straight into a database or as a seed file.
namespace llmctl::seeding {

struct GenerateOptions {
  std::uint64_t conversations = 100;
  Range messages{2, 40};            ///< of each conversation
  std::vector<std::string> agents;  ///< ids; empty: all active ones
  std::uint64_t seed = 1;
  Timestamp start;
  ProgressCallback progress = {};  ///< counts conversations
};

struct GenerateResult {
  std::uint64_t created = 0;    ///< conversations
  std::uint64_t unchanged = 0;  ///< conversations that an earlier run made
  std::uint64_t messages = 0;   ///< of the created ones
  std::uint64_t attempts = 0;
};

/// Writes the conversations that are not there yet, whole ones only, and holds the write lock for
/// about 100 ms at a time. The same options and the same providers and agents give the same rows; a
/// run that was ended is completed by the next one. Throws Error: not_found for an unknown agent or
/// when nobody could answer, refused for an agent that is inactive or has no active LLM, and what
/// ends a command (interrupted and the like) with how far it came.
GenerateResult generate(storage::Database& database, Clock& clock, const GenerateOptions& options);

/// Writes the same conversations as a seed file of JSON Lines, one conversation a line, in constant
/// memory. Stops early when the stream goes bad: its state is the caller's to look at. Throws as
/// generate does.
GenerateResult write_generated(storage::Database& database, std::ostream& out,
                               const GenerateOptions& options);

}  // namespace llmctl::seeding
