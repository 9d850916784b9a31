#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmctl {

/// The bytes that a base64 text stands for (RFC 4648, 4). Nothing for other characters, missing
/// padding, or bits that no byte needs.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace llmctl
