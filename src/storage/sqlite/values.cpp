#include "storage/sqlite/values.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <cmath>

#include "base/error.h"

namespace llmctl::storage::sqlite {
namespace {

/// The backend's text form of a time: UTC, blank, no zone, no fraction when it is zero.
std::string encode(Timestamp time) {
  std::string text = to_rfc3339(time);
  text[10] = ' ';
  text.pop_back();
  if (text.ends_with(".000000")) text.resize(text.size() - 7);
  return text;
}

}  // namespace

void bind(SQLite::Statement& statement, int index, const Value& value) {
  struct Binder {
    SQLite::Statement& statement;
    int index;
    void operator()(std::monostate) const { statement.bind(index); }
    void operator()(const std::string& text) const { statement.bindNoCopy(index, text); }
    void operator()(std::int64_t number) const { statement.bind(index, number); }
    void operator()(const Uuid& id) const { statement.bind(index, to_hex(id)); }
    void operator()(Timestamp time) const { statement.bind(index, encode(time)); }
    // NUMERIC affinity makes a number of it.
    void operator()(Decimal decimal) const { statement.bind(index, to_string(decimal)); }
  };
  std::visit(Binder{statement, index}, value.content());
}

template <class T>
T SqliteRow::decoded(int column, const std::optional<T>& value, std::string_view type) const {
  if (value) return *value;
  throw Error(ErrorKind::damaged,
              fmt::format("column {} holds '{}', which is no {}", statement_.getColumnName(column),
                          text(column), type));
}

bool SqliteRow::is_null(int column) const { return statement_.getColumn(column).isNull(); }

std::int64_t SqliteRow::integer(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  return decoded(column, value.isInteger() ? std::optional(value.getInt64()) : std::nullopt,
                 "whole number");
}

bool SqliteRow::boolean(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  return value.isInteger() && value.getInt64() == 1;
}

std::string SqliteRow::text(int column) const { return statement_.getColumn(column).getString(); }

Uuid SqliteRow::uuid(int column) const { return decoded(column, parse_uuid(text(column)), "UUID"); }

Timestamp SqliteRow::timestamp(int column) const {
  return decoded(column, parse_rfc3339(text(column)), "time");
}

JsonText SqliteRow::json(int column) const { return {text(column)}; }

Decimal SqliteRow::decimal(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  const bool is_number = value.isInteger() || value.isFloat();
  const double millionths = is_number ? value.getDouble() * 1e6 : 0;
  // Beyond that a double is not exact any more.
  const bool fits = is_number && std::abs(millionths) < 9007199254740992.0;
  return decoded(column, fits ? std::optional(Decimal{std::llround(millionths)}) : std::nullopt,
                 "decimal");
}

}  // namespace llmctl::storage::sqlite
