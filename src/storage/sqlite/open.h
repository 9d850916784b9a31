#pragma once

#include <memory>

#include "storage/database.h"

namespace llmctl::storage::sqlite {

/// See storage::open_database.
std::unique_ptr<Database> open(const Location& location, const OpenOptions& options);

}  // namespace llmctl::storage::sqlite
