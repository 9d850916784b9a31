#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace llmctl::seeding {

/// The text of a regular file below `directory`, at most 1 MiB of UTF-8 without NUL; a byte order
/// mark is dropped and CRLF becomes LF. No link is followed and no path leads out, so that a seed
/// file cannot make another file's text public. Throws Error(invalid_data) whose message says what
/// is wrong.
std::string read_included_file(const std::filesystem::path& directory,
                               std::string_view relative_path);

}  // namespace llmctl::seeding
