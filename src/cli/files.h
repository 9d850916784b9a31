#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace llmctl::cli {

/// Throws Error: not_found, io.
std::string read_whole_file(const std::string& path);

/// A file that appears whole or not at all, readable by its owner alone; a device or pipe takes
/// what comes. Throws Error(io), and what `write` throws.
void write_file(const std::string& path, const std::function<void(std::ostream&)>& write);

}  // namespace llmctl::cli
