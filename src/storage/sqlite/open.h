#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "storage/database.h"

namespace llmctl::storage::sqlite {

/// See storage::open_database.
std::unique_ptr<Database> open(const Location& location, const OpenOptions& options);

/// See storage::read_stamp.
std::optional<std::int32_t> read_stamp(const std::string& path);

/// See storage::is_reachable.
bool is_reachable(const std::string& path, Access access);

}  // namespace llmctl::storage::sqlite
