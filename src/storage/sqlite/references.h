#pragma once

#include <set>
#include <string>

#include "storage/database.h"

namespace llmctl::storage::sqlite {

/// Throws Error(failed), with the first such rows as details, when a row of one of these tables, or
/// of one that refers to them, refers to a row that does not exist. Names are in lower case.
void require_references(Database& database, const std::set<std::string>& tables);

}  // namespace llmctl::storage::sqlite
