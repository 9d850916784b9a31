#pragma once

#include <optional>
#include <string>

#include "model/fields.h"
#include "seeding/plan.h"
#include "storage/seed_objects.h"

namespace llmctl::seeding {

/// The three values of one object.
template <class Record>
struct Comparison {
  std::optional<storage::SeedObject> applied;  ///< what the set last applied
  std::optional<Record> live;
  Record desired;  ///< only the fields in `named` mean something
  model::FieldBits named = 0;
};

/// What to do about it.
struct Decision {
  Action action = Action::unchanged;
  model::FieldBits written = 0;  ///< of the fields that differ, those that get the desired value
  model::FieldBits kept = 0;     ///< and those that keep the live one
};

/// A field that the files changed gets their value; one that only the database changed is drifted,
/// and is kept or overwritten as `on_drift` says. With `foreign`, a row that the set has not
/// applied is left alone.
template <class Record>
Decision decide(const Comparison<Record>& object, OnDrift on_drift, bool foreign);

/// The change for people and scripts.
template <class Record>
Change describe(const Comparison<Record>& object, const Decision& decision, bool values_of_new);

/// As a line for SeedPlan::digest, with unmasked values.
template <class Record>
std::string digest_line(const Comparison<Record>& object, const Decision& decision);

}  // namespace llmctl::seeding
