#include "storage/seed_objects.h"

namespace llmctl::storage {

std::optional<SeedObject> find_seed_object(Database& database, std::string_view seed_set,
                                           std::string_view kind, std::string_view object_id) {
  return find_one(database,
                  "SELECT seed_set, kind, object_id, created, applied, applied_at FROM "
                  "llmctl_seed_objects WHERE seed_set = ?1 AND kind = ?2 AND object_id = ?3",
                  {seed_set, kind, object_id}, [](const Row& row) {
                    return SeedObject{row.text(0),    row.text(1), row.text(2),
                                      row.boolean(3), row.json(4), row.timestamp(5)};
                  });
}

void insert_seed_object(Database& database, const SeedObject& object) {
  database.execute(
      "INSERT INTO llmctl_seed_objects (seed_set, kind, object_id, created, applied, applied_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      {object.seed_set, object.kind, object.object_id, object.created, object.applied,
       object.applied_at});
}

void update_seed_object(Database& database, const SeedObject& object) {
  database.execute(
      "UPDATE llmctl_seed_objects SET created = (created OR ?4), applied = ?5, applied_at = ?6 "
      "WHERE seed_set = ?1 AND kind = ?2 AND object_id = ?3",
      {object.seed_set, object.kind, object.object_id, object.created, object.applied,
       object.applied_at});
}

bool has_seed_objects(Database& database, std::string_view kind) {
  return find_one(database, "SELECT 1 FROM llmctl_seed_objects WHERE kind = ?1 LIMIT 1", {kind},
                  [](const Row&) { return true; })
      .has_value();
}

std::vector<std::string> seed_sets(Database& database) {
  return collect(database, "SELECT DISTINCT seed_set FROM llmctl_seed_objects ORDER BY seed_set",
                 {}, [](const Row& row) { return row.text(0); });
}

std::vector<NamedObject> objects_of_set(Database& database, std::string_view seed_set,
                                        std::string_view kind) {
  return collect(database,
                 "SELECT object_id, created FROM llmctl_seed_objects WHERE seed_set = ?1 AND kind "
                 "= ?2 ORDER BY object_id",
                 {seed_set, kind}, [](const Row& row) {
                   return NamedObject{row.text(0), row.boolean(1)};
                 });
}

void forget_seed_object(Database& database, std::string_view seed_set, std::string_view kind,
                        std::string_view object_id) {
  database.execute(
      "DELETE FROM llmctl_seed_objects WHERE seed_set = ?1 AND kind = ?2 AND object_id = ?3",
      {seed_set, kind, object_id});
}

}  // namespace llmctl::storage
