#pragma once

#include <string>

#include "storage/database.h"

namespace llmctl::storage {

/// The id that `text` means: dashed or not, or its last 8 or more hex digits when that is unique.
/// Throws Error: not_found, or usage with the candidates when several end so. A whole id is not
/// looked up.
Uuid find_conversation_id(Database& database, const std::string& text);
Uuid find_message_id(Database& database, const std::string& text);

}  // namespace llmctl::storage
