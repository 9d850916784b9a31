#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace llmctl::yaml {

/// Appends the value as block-style YAML that our reader gives back as the same value: texts that
/// any reader might take for something else are quoted, texts of several lines are blocks where
/// that is exact. A mapping or list begins on a line of its own, `indent` columns in; a scalar
/// follows on the current line. Ends with a newline.
void append_yaml(std::string& yaml, const nlohmann::ordered_json& value, int indent);

/// A key as it must be written.
std::string yaml_key(std::string_view key);

}  // namespace llmctl::yaml
