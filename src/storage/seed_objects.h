#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "storage/database.h"

/// Table llmctl_seed_objects: which seed sets named an object, and what each last applied.
namespace llmctl::storage {

struct SeedObject {
  std::string seed_set;
  std::string kind;  ///< llm_providers, agents, tools or conversations
  std::string object_id;
  bool created = false;  ///< by this set, which alone may prune it
  JsonText applied;      ///< canonical; the fields that the set's files named, as they wanted them
  Timestamp applied_at;
};

std::optional<SeedObject> find_seed_object(Database& database, std::string_view seed_set,
                                           std::string_view kind, std::string_view object_id);
/// Of an object that the set has not applied yet.
void insert_seed_object(Database& database, const SeedObject& object);
/// Replaces what the set last applied; `created` stays true once it is.
void update_seed_object(Database& database, const SeedObject& object);

/// Whether any set has applied any object of this kind.
bool has_seed_objects(Database& database, std::string_view kind);
/// Every set that has applied anything, sorted.
std::vector<std::string> seed_sets(Database& database);

struct NamedObject {
  std::string id;
  bool created = false;  ///< by this set
};
/// The objects of this kind that the set has applied, by id.
std::vector<NamedObject> objects_of_set(Database& database, std::string_view seed_set,
                                        std::string_view kind);
/// The set has nothing to do with the object any more.
void forget_seed_object(Database& database, std::string_view seed_set, std::string_view kind,
                        std::string_view object_id);

}  // namespace llmctl::storage
