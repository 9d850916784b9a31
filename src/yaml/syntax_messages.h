#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmctl::yaml {

inline constexpr const char* no_aliases =
    "aliases (*name) are not supported: write the value where it is needed";

/// Where in `text` that is which the parser complains of, given where it stopped: it reads an
/// escape before it refuses it.
std::size_t syntax_offset(std::string_view parser_message, std::string_view text,
                          std::size_t offset);

/// The parser's message in words that say what to do, given where in `text` it belongs.
std::string syntax_message(std::string_view parser_message, std::string_view text,
                           std::size_t offset);

}  // namespace llmctl::yaml
