#include "storage/page.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"

namespace llmctl::storage {
namespace {

struct Place {
  Timestamp time;
  Uuid id;
};

Place parse_cursor(const std::string& text) {
  const std::size_t dot = text.find('.');
  std::int64_t micros = 0;
  if (dot != std::string::npos) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + dot, micros);
    const auto id = parse_uuid(std::string_view(text).substr(dot + 1));
    if (problem == std::errc{} && end == text.data() + dot && id)
      return {Timestamp{Duration{micros}}, *id};
  }
  throw Error(ErrorKind::usage, fmt::format("'{}' is no cursor", text),
              "copy it from the end of a listing");
}

}  // namespace

std::string make_cursor(Timestamp time, const Uuid& id) {
  return fmt::format("{}.{}", time.time_since_epoch().count(), to_hex(id));
}

std::string order_and_limit(Conditions& conditions, const Page& page, std::string_view time_column,
                            std::string_view id_column) {
  if (!page.cursor.empty()) {
    const Place place = parse_cursor(page.cursor);
    const std::string time = conditions.parameter(place.time);
    const std::string id = conditions.parameter(place.id);
    const char* beyond = page.oldest_first ? ">" : "<";
    conditions.add(fmt::format("({0} {4} {2} OR ({0} = {2} AND {1} {4} {3}))", time_column,
                               id_column, time, id, beyond));
    // Alone the OR would hide the index from SQLite's planner.
    conditions.add(fmt::format("{} {}= {}", time_column, beyond, time));
  }
  const char* direction = page.oldest_first ? "ASC" : "DESC";
  std::string clause = fmt::format(" ORDER BY {0} {2}, {1} {2}", time_column, id_column, direction);
  if (page.limit) clause += " LIMIT " + conditions.parameter(*page.limit + 1);
  return clause;
}

}  // namespace llmctl::storage
