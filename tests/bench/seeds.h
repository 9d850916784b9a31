#pragma once

#include <filesystem>

namespace llmctl::bench {

/// A seed file of so many providers.
void write_yaml_seeds(const std::filesystem::path& path, int objects);
void write_json_lines_seeds(const std::filesystem::path& path, int objects);

}  // namespace llmctl::bench
