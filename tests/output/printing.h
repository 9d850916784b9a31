#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "output/report.h"

namespace llmctl::output {

inline std::string printed(const Report& report, const Style& style) {
  std::ostringstream out;
  print(out, report, style);
  return out.str();
}

inline std::string printed(const Report& report, Format format) {
  Style style;
  style.format = format;
  return printed(report, style);
}

/// A list with one text column.
inline Report list_of(std::vector<Cell> cells) {
  Report report;
  report.name = "items";
  report.columns = {{.key = "item", .title = "item"}};
  for (Cell& cell : cells) report.rows.push_back({std::move(cell)});
  return report;
}

/// One row with every kind of cell, and one where everything is unknown.
inline Report every_kind() {
  Report report;
  report.name = "messages";
  report.columns = {{.key = "id", .title = "id"},
                    {.key = "created_at", .title = "created"},
                    {.key = "pending", .title = "pending"},
                    {.key = "tokens", .title = "tokens", .right = true},
                    {.key = "cost_usd", .title = "cost", .right = true},
                    {.key = "content", .title = "content", .flexible = true},
                    {.key = "state"}};
  report.rows = {
      {*parse_uuid("0192f0c1-7c1e-7abc-8def-0123456789ab"),
       *parse_rfc3339("2026-10-01T12:00:00.25Z"), true, std::int64_t{1234}, NanoUsd{4250000},
       std::string("hello, \"world\""), JsonText{R"({"b": [1, 2.0, {}], "a": "x:y,{"})"}},
      std::vector<Cell>(7)};
  return report;
}

}  // namespace llmctl::output
