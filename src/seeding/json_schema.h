#pragma once

#include <string>

namespace llmctl::seeding {

/// The JSON Schema (draft 2020-12) of a seed file, made from the tables of model/fields.h: what an
/// editor can check and complete. What needs the other files or the database it does not know:
/// references, and which objects are new.
std::string json_schema();

}  // namespace llmctl::seeding
