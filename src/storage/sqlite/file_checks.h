#pragma once

#include <string>

namespace llmctl::storage::sqlite {

enum class FileState {
  missing,
  empty,     ///< zero bytes: a database that has no table yet
  database,  ///< a plausible header
};

/// Looks at the file without SQLite, so that a wrong path is named for what it is. Throws Error: io
/// for a directory or a file that may not be read, damaged for one that is no database or shorter
/// than its header says.
FileState check_file(const std::string& path);

/// Makes an empty file of this mode, whatever the umask. False for one that another process has
/// just made.
bool create_file(const std::string& path, unsigned mode);

/// Does nothing to a file that has content.
void remove_if_empty(const std::string& path);

/// Whether the file has no write-ahead log and none can be made beside it.
bool must_open_immutable(const std::string& path);

}  // namespace llmctl::storage::sqlite
