#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace llmctl::output {

/// What became of a field, for reading: "max_tokens: 4096 → 8192". Mappings are told key by key,
/// lists of texts by what came and went, long texts by an excerpt around the first difference.
/// Lines are safe on a terminal, and fit on one of 80 columns unless names are long.
std::vector<std::string> describe_difference(std::string_view field, const JsonText& before,
                                             const JsonText& after);

}  // namespace llmctl::output
