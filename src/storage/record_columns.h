#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>

#include "model/fields.h"
#include "storage/database.h"

/// Between records and rows, by the field tables of model/fields.h.
namespace llmctl::storage {

/// ", name, provider_type, …"
template <class Record>
std::string field_columns() {
  std::string columns;
  for (const auto& field : model::fields<Record>) columns += fmt::format(", {}", field.column);
  return columns;
}

/// "?1, ?2, …"
inline std::string parameters(std::size_t count) {
  std::string places;
  for (std::size_t i = 1; i <= count; ++i) places += fmt::format("{}?{}", i == 1 ? "" : ", ", i);
  return places;
}

template <class T>
void read_into(T& target, const Row& row, int column) {
  target = row.get<T>(column);
}
template <class T>
void read_into(std::optional<T>& target, const Row& row, int column) {
  target = row.maybe<T>(column);
}

/// Reads the columns of field_columns, the first of which is `column`; returns the one after them.
template <class Record>
int read_fields(Record& record, const Row& row, int column) {
  for (const auto& field : model::fields<Record>) {
    std::visit([&](auto member) { read_into(record.*member, row, column); }, field.member);
    ++column;
  }
  return column;
}

template <class Record>
Value value_of(const Record& record, const model::Field<Record>& field) {
  return std::visit([&](auto member) { return Value(record.*member); }, field.member);
}

template <class Record>
void add_fields(Values& values, const Record& record) {
  for (const auto& field : model::fields<Record>) values.push_back(value_of(record, field));
}

}  // namespace llmctl::storage
