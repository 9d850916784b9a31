#pragma once

#include <vector>

#include "storage/database.h"
#include "storage/schema.h"

namespace llmctl::storage::sqlite {

/// See Database::describe_tables.
std::vector<TableSchema> describe_tables(Database& database);

}  // namespace llmctl::storage::sqlite
