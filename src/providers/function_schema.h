#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "model/records.h"

namespace llmctl::providers {

/// What a model is told of a function it may ask for.
struct FunctionSchema {
  std::string name;  ///< letters, digits, '_' and '-', at most 64
  std::string description;
  JsonText parameters;         ///< a JSON Schema of type object
  std::optional<bool> strict;  ///< whether arguments must follow the schema to the letter
};

/// Reads the column function_schema: {"name", "description", "parameters"}, the same below
/// "function" with "type": "function" beside it, or the parameters' schema alone. What it leaves
/// out, the tool's id and description say. Throws Error(configuration) naming the tool.
FunctionSchema function_schema_of(const model::Tool& tool);

}  // namespace llmctl::providers
