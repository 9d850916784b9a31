#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/uuid.h"

namespace llmctl::output {

enum class Format { text, json, jsonl, csv, tsv };

/// An exact amount in nano-USD (10^-9 USD): printed as a decimal string of USD.
struct NanoUsd {
  std::int64_t amount = 0;
};

/// One value. Text may be anything a database holds: invalid UTF-8 and control characters included.
/// The monostate is "unknown": null in JSON, "-" in text lists, left out of a single record's text,
/// empty elsewhere.
using Cell = std::variant<std::monostate, bool, std::int64_t, std::string, Uuid, Timestamp, NanoUsd,
                          JsonText>;

template <class T>
Cell cell(const std::optional<T>& maybe) {
  return maybe ? Cell(*maybe) : Cell();
}

/// An amount that may be unknown, in nano-USD.
inline Cell usd_cell(const std::optional<std::int64_t>& nano_usd) {
  return nano_usd ? Cell(NanoUsd{*nano_usd}) : Cell();
}

struct Column {
  std::string key;         ///< stable name in json, jsonl, csv, tsv and --columns; snake_case
  std::string title = {};  ///< heading in text; empty: in text lists only if --columns asks for it
  bool flexible = false;   ///< text lists shorten it to fit the width; at most one or two a table
  bool right = false;      ///< text lists align it to the right: numbers
  bool below = false;      ///< text lists print it on a line below the row, cut to the width
};

/// The result of a command, ready to be printed in any format. Built from a service's result struct
/// by the functions of this folder.
struct Report {
  std::string name;  ///< key of the rows in json: "messages"; for a single record: "message"
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  ///< each as long as columns
  bool single = false;     ///< one record: text prints "title: value" lines, json one object
  std::string empty_text;  ///< text, no rows: one line instead of a table
  /// text: printed as it is (a chat's reply, SQL) instead of the table, unless --columns is given
  std::optional<std::string> text;
  /// printed as it is in every format: a document that has its own
  std::optional<std::string> document;
  std::string cursor;                   ///< lists that go on: where; empty at the end
  std::vector<std::string> text_notes;  ///< text: lines after the table
};

struct Style {
  Format format = Format::text;
  std::vector<std::string> columns;  ///< --columns, in this order; empty: the report's own choice
  bool header = true;                ///< text, csv, tsv
  bool color = false;
  int width = 80;               ///< columns of the terminal, for text tables; 0: no limit
  bool to_terminal = false;     ///< Report::text and cells of csv and tsv are sanitised too
  std::string database;         ///< json: the URL in "database"; empty: "database" is left out
  std::string database_source;  ///< where the URL came from
};

/// Positions in Report::columns, in the order of printing.
using Selection = std::vector<std::size_t>;

/// Throws Error(usage) when a chosen column does not exist, with the nearest one.
void check_columns(const Report& report, const std::vector<std::string>& chosen);

/// Prints the report. Throws Error(usage) when a chosen column does not exist, with the nearest
/// one. Stops early when the stream goes bad: its state is the caller's to look at.
void print(std::ostream& out, const Report& report, const Style& style);

}  // namespace llmctl::output
