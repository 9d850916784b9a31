#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "yaml/node.h"
#include "yaml/problems.h"

/// Seed files and the database may name a credential, never contain one.
namespace llmctl::seeding {

/// Whether a text under this key must be taken for a secret, by the key's name or by the text's own
/// shape.
bool is_literal_secret(std::string_view key, std::string_view text);

/// Reports every literal secret in a free-form value, never its text. Returns whether there was
/// one.
bool report_secrets(const yaml::Node& node, std::string_view name, yaml::Problems& problems);

/// The value with every literal secret replaced, for showing.
nlohmann::json mask_secrets(const nlohmann::json& value);

}  // namespace llmctl::seeding
