#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "storage/conditions.h"

/// Keyset pages: a list goes on where it ended, however many rows came in between.
namespace llmctl::storage {

struct Page {
  std::optional<std::int64_t> limit;
  std::string cursor;  ///< where an earlier page ended; empty: from the start
  bool oldest_first = false;
};

/// The place of a row in a list that is ordered by time and id: "1790856000000000.0199…",
/// microseconds since 1970.
std::string make_cursor(Timestamp time, const Uuid& id);

/// " ORDER BY … LIMIT …" over a time and an id column, and the condition that continues after the
/// page's cursor. One row more than asked for is read, which tells whether the list goes on. Throws
/// Error(usage) for a bad cursor.
std::string order_and_limit(Conditions& conditions, const Page& page, std::string_view time_column,
                            std::string_view id_column);

/// The same for a list that is ordered by a number alone, such as a revision's.
std::string make_cursor(std::int64_t number);
std::string order_and_limit(Conditions& conditions, const Page& page,
                            std::string_view number_column);

/// Drops the row that was read only to know whether there is one. Returns whether there was.
template <class Entry>
bool trim_to_page(std::vector<Entry>& entries, const Page& page) {
  if (!page.limit || entries.size() <= static_cast<std::size_t>(*page.limit)) return false;
  entries.resize(static_cast<std::size_t>(*page.limit));
  return true;
}

}  // namespace llmctl::storage
