#pragma once

#include <istream>
#include <string>
#include <string_view>

namespace llmctl {

/// SHA-256 (FIPS 180-4) as 64 lower-case hex digits.
std::string sha256_hex(std::string_view data);

/// Of what the stream still holds, read in pieces; the caller looks at the stream's state.
std::string sha256_hex(std::istream& stream);

}  // namespace llmctl
