#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/records.h"
#include "seeding/seed_set.h"
#include "storage/database.h"

namespace llmctl::seeding {

/// What exists besides a set: the rows of a database, or the built-in seeds. Borrows what it was
/// made from.
struct Known {
  std::function<bool(std::string_view kind, const std::string& id)> exists;
  std::function<std::vector<std::string>(std::string_view kind)>
      ids;  ///< asked for the did-you-mean only
  /// An LLM as it is before the files change it.
  std::function<std::optional<model::LlmProvider>(const std::string& id)> llm =
      [](const std::string&) { return std::nullopt; };
};

Known known_in(const SeedSet& set);
Known known_in(storage::Database& database);
/// For a database that is still to be made.
Known nothing_known();

/// References that lead nowhere, new objects that lack a required field, and configurations that
/// their provider refuses; in no order.
std::vector<ErrorDetail> find_problems(const SeedSet& set, const Known& known);

/// Throws Error(invalid_data) with what find_problems finds, by file and place.
void require_sound(const SeedSet& set, const Known& known);

/// Conversations with a time that no file could spell: before the year 0001 or after 9999, when all
/// offsets are added up.
std::vector<ErrorDetail> find_unusable_times(const SeedSet& set);

}  // namespace llmctl::seeding
