#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "storage/database.h"

/// Table llmctl_seed_objects: which seed set owns an object, and what it last applied.
namespace llmctl::storage {

struct SeedObject {
  std::string kind;  ///< llm_providers, agents or tools
  std::string object_id;
  std::string seed_set;
  std::string sha256;  ///< of `applied`
  JsonText applied;    ///< canonical; the fields that the file named, as they were written
  Timestamp applied_at;
};

std::optional<SeedObject> find_seed_object(Database& database, std::string_view kind,
                                           std::string_view object_id);
/// Inserts, or replaces what is known of the object.
void save_seed_object(Database& database, const SeedObject& object);

}  // namespace llmctl::storage
