#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/json.h"

/// Seed files and the database may name a credential, never contain one. What holds one
/// nevertheless is not shown.
namespace llmctl {

/// Whether the text's own shape is that of a key, a token, a private key or a URL with a password.
bool looks_like_secret(std::string_view text);

/// Whether prose, such as a prompt, holds a key of a well-known form or a private key. What it says
/// about passwords and URLs is left alone.
bool holds_known_key(std::string_view text);

/// Whether a text under this key must be taken for a secret, by the key's name or by the text's own
/// shape.
bool is_literal_secret(std::string_view key, std::string_view text);

/// "(secret)" instead of prose that holds a key.
std::string mask_known_key(const std::string& text);

/// The value with "(secret)" in place of every literal secret, for showing.
nlohmann::json mask_secrets(const nlohmann::json& value);
/// The same for stored text; the result is canonical.
JsonText mask_secrets(const JsonText& stored);

}  // namespace llmctl
