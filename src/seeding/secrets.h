#pragma once

#include <string_view>

#include "base/secrets.h"
#include "yaml/node.h"
#include "yaml/problems.h"

namespace llmctl::seeding {

/// Reports every literal secret in a free-form value, never its text. Returns whether there was
/// one.
bool report_secrets(const yaml::Node& node, std::string_view name, yaml::Problems& problems);

}  // namespace llmctl::seeding
