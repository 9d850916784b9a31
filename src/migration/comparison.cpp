#include "migration/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace llmctl::migration {
namespace {

using storage::ColumnSchema;
using storage::TableSchema;

const ColumnSchema* find_column(const TableSchema& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &ColumnSchema::name);
  return found == table.columns.end() ? nullptr : &*found;
}

std::string spell_nullability(const ColumnSchema& column) {
  return column.nullable ? "null" : "not null";
}

std::string spell_column(const ColumnSchema& column) {
  return fmt::format("{} {}", column.type, spell_nullability(column));
}

std::string spell_default(const ColumnSchema& column) {
  return column.default_value.empty() ? "none" : column.default_value;
}

/// Collects what one table has otherwise.
class Comparison {
 public:
  Comparison(const TableSchema& expected, const TableSchema& found)
      : expected_(expected), found_(found) {}

  void compare_columns(Strictness strictness) {
    for (const ColumnSchema& column : expected_.columns) {
      const ColumnSchema* found = find_column(found_, column.name);
      if (found == nullptr) {
        add(column.name, "missing column", spell_column(column), "");
      } else {
        compare_column(column, *found, strictness);
      }
    }
    for (const ColumnSchema& column : found_.columns) {
      if (find_column(expected_, column.name) == nullptr)
        add(column.name, "extra column", "", spell_column(column));
    }
    compare_texts("", "primary key", fmt::format("{}", fmt::join(expected_.primary_key, ", ")),
                  fmt::format("{}", fmt::join(found_.primary_key, ", ")));
  }

  using List = std::vector<std::string> TableSchema::*;
  void compare_lists(const std::string& what, List list, bool extra_is_drift = true) {
    for (const std::string& text : only_in_first(expected_.*list, found_.*list))
      add("", "missing " + what, text, "");
    for (const std::string& text : only_in_first(found_.*list, expected_.*list))
      add("", "extra " + what, "", text, extra_is_drift);
  }

  std::vector<Difference> differences;

 private:
  void compare_column(const ColumnSchema& expected, const ColumnSchema& found,
                      Strictness strictness) {
    const bool same_type = strictness == Strictness::columns ? expected.family == found.family
                                                             : expected.type == found.type;
    if (!same_type) add(expected.name, "type", expected.type, found.type);
    compare_texts(expected.name, "nullability", spell_nullability(expected),
                  spell_nullability(found));
    if (strictness == Strictness::everything)
      compare_texts(expected.name, "default", spell_default(expected), spell_default(found));
  }

  void compare_texts(const std::string& column, const std::string& kind,
                     const std::string& expected, const std::string& found) {
    if (expected != found) add(column, kind, expected, found);
  }

  /// Two indexes over the same columns are as good as one.
  static std::vector<std::string> only_in_first(const std::vector<std::string>& first,
                                                const std::vector<std::string>& second) {
    std::vector<std::string> only;
    for (const std::string& text : first) {
      if (std::ranges::find(second, text) == second.end() &&
          std::ranges::find(only, text) == only.end())
        only.push_back(text);
    }
    return only;
  }

  void add(const std::string& column, const std::string& kind, const std::string& expected,
           const std::string& found, bool is_drift = true) {
    differences.push_back({expected_.name, column, kind, expected, found, is_drift});
  }

  const TableSchema& expected_;
  const TableSchema& found_;
};

/// The column as adoption shows and compares it: without its length, with its place in the key.
std::string comparable(const TableSchema& table, const ColumnSchema& column) {
  const auto place = std::ranges::find(table.primary_key, column.name) - table.primary_key.begin();
  return fmt::format("{} {} {}", column.family, column.nullable, place);
}

std::string spell_with_key(const TableSchema& table, const ColumnSchema& column) {
  const bool is_key = std::ranges::find(table.primary_key, column.name) != table.primary_key.end();
  return spell_column(column) + (is_key ? " primary key" : "");
}

}  // namespace

std::string to_string(const Difference& difference) {
  std::string text = difference.table;
  if (!difference.column.empty()) text += "." + difference.column;
  text += ": " + difference.kind;
  if (!difference.expected.empty()) text += fmt::format(", expected '{}'", difference.expected);
  if (!difference.found.empty()) text += fmt::format(", found '{}'", difference.found);
  return text;
}

std::vector<Difference> compare(const TableSchema& expected, const TableSchema& found,
                                Strictness strictness) {
  Comparison comparison(expected, found);
  comparison.compare_columns(strictness);
  if (strictness == Strictness::everything) {
    comparison.compare_lists("unique key", &TableSchema::uniques);
    comparison.compare_lists("foreign key", &TableSchema::foreign_keys);
    comparison.compare_lists("check", &TableSchema::checks);
    comparison.compare_lists("table option", &TableSchema::options);
    comparison.compare_lists("index", &TableSchema::indexes, false);
  }
  return std::move(comparison.differences);
}

Difference missing_table(const TableSchema& expected) {
  return {expected.name, "", "missing table", "", ""};
}

std::vector<ComparedColumn> list_columns(const TableSchema& expected, const TableSchema* found) {
  if (found == nullptr) return {{expected.name, "", "the table", "", "missing"}};
  std::vector<ComparedColumn> columns;
  for (const ColumnSchema& column : expected.columns) {
    ComparedColumn compared{expected.name, column.name, spell_with_key(expected, column), "",
                            "missing"};
    if (const ColumnSchema* live = find_column(*found, column.name); live != nullptr) {
      compared.found = spell_with_key(*found, *live);
      compared.state =
          comparable(expected, column) == comparable(*found, *live) ? "same" : "different";
    }
    columns.push_back(std::move(compared));
  }
  for (const ColumnSchema& column : found->columns) {
    if (find_column(expected, column.name) == nullptr)
      columns.push_back({expected.name, column.name, "", spell_with_key(*found, column), "extra"});
  }
  return columns;
}

const TableSchema* find_table(const std::vector<TableSchema>& tables, const std::string& name) {
  const auto found = std::ranges::find(tables, name, &TableSchema::name);
  return found == tables.end() ? nullptr : &*found;
}

}  // namespace llmctl::migration
