#pragma once

#include <string>
#include <string_view>

namespace llmctl::cli {

/// Throws Error: not_found, io.
std::string read_whole_file(const std::string& path);

/// Replaces the file in one step, so that nobody reads half of it; readable by its owner alone.
/// Throws Error(io).
void write_whole_file(const std::string& path, std::string_view text);

}  // namespace llmctl::cli
