#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmctl::yaml {

inline constexpr const char* no_aliases =
    "aliases (*name) are not supported: write the value where it is needed";

/// The parser's message in words that say what to do, given where in `text` it stopped.
std::string syntax_message(std::string_view parser_message, std::string_view text,
                           std::size_t offset);

}  // namespace llmctl::yaml
