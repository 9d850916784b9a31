#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace llmctl::cli {

/// Throws Error: not_found, io.
std::string read_whole_file(const std::string& path);

/// Throws Error(refused) when an output file would take the place of a database, or of one of the
/// files that the command reads.
void require_replaceable(const std::string& path,
                         const std::vector<std::filesystem::path>& inputs = {});

/// A file that appears whole or not at all, readable by its owner alone; a device or pipe takes
/// what comes. Throws Error(io), and what `write` throws.
void write_file(const std::string& path, const std::function<void(std::ostream&)>& write);

}  // namespace llmctl::cli
