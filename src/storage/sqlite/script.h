#pragma once

#include <set>
#include <string>
#include <string_view>

struct sqlite3;

namespace llmctl::storage::sqlite {

/// What a script did, by names.
struct ScriptEffects {
  std::set<std::string> tables;            ///< made, dropped, altered or written to; in lower case
  std::set<std::string> dropped_triggers;  ///< by DROP TRIGGER, not together with their table
};

/// Runs the statements. Throws Error: failed with "name:line:column" for SQL that the engine
/// refused or a constraint that a row broke; else as throw_error says, with the database's `path`.
ScriptEffects run_script(sqlite3* connection, std::string_view sql, std::string_view name,
                         const std::string& path);

}  // namespace llmctl::storage::sqlite
