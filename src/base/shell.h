#pragma once

#include <string>
#include <string_view>

namespace llmctl {

/// One word for a POSIX shell, whatever the text holds; as it is where that is safe.
std::string shell_quoted(std::string_view text);

}  // namespace llmctl
