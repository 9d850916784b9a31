#pragma once

#include <string>
#include <string_view>

struct sqlite3;

namespace llmctl::storage::sqlite {

/// Throws the Error that an SQLite result code (https://sqlite.org/rescode.html) means, with what
/// was being done.
[[noreturn]] void throw_error(int extended_code, std::string_view sqlite_message,
                              std::string_view doing, const std::string& path);

/// Remembers of the connection's latest error and throws it.
[[noreturn]] void throw_latest_error(sqlite3* connection, std::string_view doing,
                                     const std::string& path);

}  // namespace llmctl::storage::sqlite
