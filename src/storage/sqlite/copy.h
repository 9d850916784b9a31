#pragma once

#include <string>

namespace llmctl::storage::sqlite {

/// See Database::copy_to. `source` is a file that this process has open: it must not be opened
/// and closed but by SQLite, because closing any descriptor of it would drop the locks that other
/// connections of this process hold (https://sqlite.org/howtocorrupt.html#_posix_advisory_locks).
void copy_database(const std::string& source, const std::string& target);

}  // namespace llmctl::storage::sqlite
