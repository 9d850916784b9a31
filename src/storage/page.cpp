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

[[noreturn]] void refuse_cursor(const std::string& text) {
  throw Error(ErrorKind::usage, fmt::format("'{}' is no cursor", text),
              "copy it from the end of a listing");
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Place parse_place(const std::string& text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos) refuse_cursor(text);
  const auto micros = parse_number(std::string_view(text).substr(0, dot));
  const auto id = parse_uuid(std::string_view(text).substr(dot + 1));
  if (!micros || !id) refuse_cursor(text);
  return {Timestamp{Duration{*micros}}, *id};
}

std::string limit_clause(Conditions& conditions, const Page& page) {
  return page.limit ? " LIMIT " + conditions.parameter(*page.limit + 1) : "";
}

}  // namespace

std::string make_cursor(Timestamp time, const Uuid& id) {
  return fmt::format("{}.{}", time.time_since_epoch().count(), to_hex(id));
}

std::string order_and_limit(Conditions& conditions, const Page& page, std::string_view time_column,
                            std::string_view id_column) {
  if (!page.cursor.empty()) {
    const Place place = parse_place(page.cursor);
    const std::string time = conditions.parameter(place.time);
    const std::string id = conditions.parameter(place.id);
    const char* beyond = page.oldest_first ? ">" : "<";
    conditions.add(fmt::format("({0} {4} {2} OR ({0} = {2} AND {1} {4} {3}))", time_column,
                               id_column, time, id, beyond));
    // Alone the OR would hide the index from SQLite's planner.
    conditions.add(fmt::format("{} {}= {}", time_column, beyond, time));
  }
  const char* direction = page.oldest_first ? "ASC" : "DESC";
  return fmt::format(" ORDER BY {0} {2}, {1} {2}", time_column, id_column, direction) +
         limit_clause(conditions, page);
}

std::string make_cursor(std::int64_t number) { return std::to_string(number); }

std::string order_and_limit(Conditions& conditions, const Page& page,
                            std::string_view number_column) {
  if (!page.cursor.empty()) {
    const auto number = parse_number(page.cursor);
    if (!number) refuse_cursor(page.cursor);
    conditions.add(fmt::format("{} {} ?", number_column, page.oldest_first ? ">" : "<"), *number);
  }
  return fmt::format(" ORDER BY {} {}", number_column, page.oldest_first ? "ASC" : "DESC") +
         limit_clause(conditions, page);
}

}  // namespace llmctl::storage
