#pragma once

#include <fmt/format.h>

#include <string_view>

#include "base/error.h"
#include "storage/database.h"

namespace llmctl::storage {

/// What `read` makes of the row, whose id stands in this column. A value that cannot be what its
/// column says throws Error(damaged) that names the table and the row, too.
template <class Read>
auto read_row(const Row& row, std::string_view table, int id_column, Read read) {
  try {
    return read(row);
  } catch (const Error& problem) {
    if (problem.kind != ErrorKind::damaged) throw;
    throw Error(ErrorKind::damaged,
                fmt::format("table {}, row '{}': {}", table, row.text(id_column), problem.what()),
                "some other program wrote that value: correct the row there, or restore a backup");
  }
}

}  // namespace llmctl::storage
