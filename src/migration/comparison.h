#pragma once

#include <string>
#include <vector>

#include "storage/schema.h"

namespace llmctl::migration {

/// One thing that a live schema has otherwise than it should.
struct Difference {
  std::string table;
  std::string column;  ///< or columns, of an index or key; empty where it is about the whole table
  std::string kind;    ///< "missing column", "type", "nullability", "extra index", …
  std::string expected;
  std::string found;
  bool is_drift = true;  ///< false: worth knowing, and no reason to stop
};

/// "messages.content: type: expected 'text', found 'integer'"
std::string to_string(const Difference& difference);

enum class Strictness {
  everything,  ///< tables that llmctl made: types as declared, keys, checks, indexes, defaults
  columns,     ///< tables that the backend made: names, type families, nullability, primary key
};

/// All differences of a table, without regard to the order of columns and to what indexes and
/// constraints are called. An index that somebody added is no drift, unless it is unique.
std::vector<Difference> compare(const storage::TableSchema& expected,
                                const storage::TableSchema& found, Strictness strictness);

Difference missing_table(const storage::TableSchema& expected);

/// One column as adoption sees it.
struct ComparedColumn {
  std::string table;
  std::string column;    ///< empty: the table is missing
  std::string expected;  ///< "varchar(50) not null primary key"; empty: nothing
  std::string found;
  std::string state;  ///< same, different, missing or extra
};

/// Every column of both, with Strictness::columns; `found` may be absent.
std::vector<ComparedColumn> list_columns(const storage::TableSchema& expected,
                                         const storage::TableSchema* found);

/// The table of this name, or nothing.
const storage::TableSchema* find_table(const std::vector<storage::TableSchema>& tables,
                                       const std::string& name);

}  // namespace llmctl::migration
