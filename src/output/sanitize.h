#pragma once

#include <string>
#include <string_view>

namespace llmctl::output {

/// Whether a terminal or a reader can be fooled by it: control characters (newline and tab too),
/// bidirectional controls, tag characters and characters that take no room. The joiner of emoji
/// (U+200D) counts as one.
bool is_deceptive(char32_t code_point);

/// Text that is safe on a terminal: what is deceptive or not UTF-8 is shown as \x1b, \u202e or
/// \xff. Newlines and tabs stay with `keep_newlines`, else a run of them becomes one blank. CR LF
/// counts as a newline.
std::string sanitize(std::string_view text, bool keep_newlines);

}  // namespace llmctl::output
