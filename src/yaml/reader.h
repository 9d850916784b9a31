#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
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
Node parse(std::string text, std::string_view file_name);

/// As above, but leaves to the caller the problems after which reading could go on.
Node parse(std::string text, Problems& problems);

/// Takes the entries of a streamed section, one at a time, as soon as each was read. The root is as
/// far as it was read; its last entry is the section.
using EntrySink = std::function<void(const Node& root, Entry&& entry)>;

/// As above, for a document too large to keep: where the root is a mapping, the entries of those of
/// its values that are mappings and whose keys are `streamed` go to `sink` one by one. In the
/// result such a section is an empty mapping with its mark. A key that comes twice in a section is
/// the sink's to find; a section that comes twice is reported as any key is, and its entries go to
/// the sink all the same. Before a syntax error is thrown, entries may have gone to the sink.
Node parse_sections(std::string text, std::span<const std::string_view> streamed,
                    const EntrySink& sink, Problems& problems);

}  // namespace llmctl::yaml
