#pragma once

#include "cli/noun.h"

namespace llmctl::cli {

/// The verb `schema` of `llmctl seed`.
void add_schema(Noun& noun);

}  // namespace llmctl::cli
