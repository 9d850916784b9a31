#pragma once

#include <functional>

#include "seeding/seed_set.h"
#include "yaml/node.h"
#include "yaml/problems.h"

namespace llmctl::seeding {

/// Reads a source line by line, without keeping more than one; empty lines are skipped. A line
/// holds at most 64 MiB. Throws Error: io, invalid_data for the first line that is no JSON.
void for_each_json_line(const SeedSource& source, yaml::Problems& problems,
                        const std::function<void(yaml::Node&&)>& use);

}  // namespace llmctl::seeding
