#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/fields.h"
#include "storage/database.h"

/// What seed files ask for, one row per object, in a private database: files of any size take
/// little memory. The templates exist for LlmProvider, Agent, Tool and ConversationFixture.
namespace llmctl::storage {

/// An empty SQLite database with the tables below, in a temporary file without a name that is
/// written when it outgrows the cache.
std::unique_ptr<Database> open_staging();

struct StagedPlace {
  std::int64_t file = 0;  ///< a number that the caller gives
  std::int64_t line = 0;
  std::int64_t column = 0;
};

template <class Record>
struct Staged {
  std::int64_t position = 0;  ///< order in which the objects were first named
  Record record;              ///< only the fields in `named` mean something
  model::FieldBits named = 0;
  StagedPlace first;   ///< where the object was named first
  StagedPlace latest;  ///< and last, so far
};

/// Adds an object, whose position follows the others'. False, and nothing done, when there is one
/// of that id.
template <class Record>
bool stage(Database& staging, const Staged<Record>& object);
template <class Record>
std::optional<Staged<Record>> find_staged(Database& staging, std::string_view id);
/// Writes record, `named` and `latest` of an object that is there.
template <class Record>
void restage(Database& staging, const Staged<Record>& object);
/// In order of position, those behind `position`; at most `limit`.
template <class Record>
std::vector<Staged<Record>> staged_behind(Database& staging, std::int64_t position,
                                          std::int64_t limit);
/// Calls `use` with one object after the other, in order of position, until it says false; false
/// then.
template <class Record, class Use>
bool visit_staged(Database& staging, Use use) {
  constexpr std::int64_t batch = 256;
  std::int64_t position = 0;
  while (true) {
    auto objects = staged_behind<Record>(staging, position, batch);
    if (objects.empty()) return true;
    position = objects.back().position;
    for (auto& object : objects) {
      if (!use(std::move(object))) return false;
    }
  }
}
bool is_staged(Database& staging, std::string_view kind, std::string_view id);
/// Sorted.
std::vector<std::string> staged_ids(Database& staging, std::string_view kind);
std::int64_t count_staged(Database& staging, std::string_view kind);

/// Objects that do not name all of `required`, in order of position; at most `limit`.
template <class Record>
std::vector<Staged<Record>> staged_without(Database& staging, model::FieldBits required,
                                           std::int64_t limit);

/// A part of a file that is looked at again when all files are read: a reference to another object,
/// or a value (then there is no target).
struct StagedMention {
  std::string kind;  ///< of the object that says it
  std::string id;
  std::string field;
  std::string target_kind;  ///< empty: no reference
  std::string target;
  StagedPlace place;
};
void stage_mention(Database& staging, const StagedMention& mention);
/// Of a field that a later file names anew.
void forget_mentions(Database& staging, std::string_view kind, std::string_view id,
                     std::string_view field);
/// References whose target is not staged, and values; by place.
void visit_open_mentions(Database& staging, const std::function<void(const StagedMention&)>& visit);

}  // namespace llmctl::storage
