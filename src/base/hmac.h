#pragma once

#include <string>
#include <string_view>

namespace llmctl {

/// HMAC-SHA-256 (RFC 2104) as 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view data);

/// Two lower-case digits a byte.
std::string to_hex(std::string_view bytes);

}  // namespace llmctl
