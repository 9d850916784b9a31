#pragma once

#include <set>
#include <string>
#include <string_view>

struct sqlite3;

namespace llmctl::storage::sqlite {

/// Runs the statements and returns the tables that they made, dropped, altered or wrote to, their
/// names in lower case. Throws Error: failed with "name:line:column" for SQL that the engine
/// refused or a constraint that a row broke; else as throw_error says, with the database's `path`.
std::set<std::string> run_script(sqlite3* connection, std::string_view sql, std::string_view name,
                                 const std::string& path);

}  // namespace llmctl::storage::sqlite
