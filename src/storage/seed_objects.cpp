#include "storage/seed_objects.h"

namespace llmctl::storage {

std::optional<SeedObject> find_seed_object(Database& database, std::string_view kind,
                                           std::string_view object_id) {
  return find_one(
      database,
      "SELECT kind, object_id, seed_set, sha256, applied, applied_at FROM llmctl_seed_objects "
      "WHERE kind = ?1 AND object_id = ?2",
      {kind, object_id}, [](const Row& row) {
        return SeedObject{row.text(0), row.text(1), row.text(2),
                          row.text(3), row.json(4), row.timestamp(5)};
      });
}

void save_seed_object(Database& database, const SeedObject& object) {
  database.execute(
      "INSERT INTO llmctl_seed_objects (kind, object_id, seed_set, sha256, applied, applied_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (kind, object_id) DO UPDATE SET seed_set = "
      "excluded.seed_set, "
      "sha256 = excluded.sha256, applied = excluded.applied, applied_at = excluded.applied_at",
      {object.kind, object.object_id, object.seed_set, object.sha256, object.applied,
       object.applied_at});
}

}  // namespace llmctl::storage
