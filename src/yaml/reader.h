#pragma once

#include <cstddef>
#include <string_view>

#include "yaml/node.h"
#include "yaml/problems.h"

/// A strict subset of YAML: one document, no anchors, aliases, merge keys or tags, no key twice, at
/// most `max_depth` levels. A byte order mark and CRLF line ends are accepted.
namespace llmctl::yaml {

inline constexpr std::size_t max_file_size = std::size_t{64} << 20;  ///< bytes
inline constexpr int max_depth = 32;

/// Throws Error(invalid_data) whose details are all problems; of a text that is not YAML at all,
/// the first. An empty text is a missing node.
Node parse(std::string_view text, std::string_view file_name);

/// As above, but leaves to the caller the problems after which reading could go on.
Node parse(std::string_view text, Problems& problems);

}  // namespace llmctl::yaml
