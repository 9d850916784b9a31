#pragma once

#include <string_view>

#include "yaml/node.h"
#include "yaml/problems.h"

namespace llmctl::yaml {

/// One line of JSON (RFC 8259) as a node: strings are quoted scalars; numbers, true, false and null
/// plain ones with their text as it was written. Marks have this line number and exact columns. A
/// key that comes twice is reported to `problems`. Throws Error(invalid_data) with one detail for
/// what is no JSON, is nested more than max_depth deep, is not UTF-8 or holds a NUL character.
Node parse_json_line(std::string_view line, int line_number, Problems& problems);

}  // namespace llmctl::yaml
