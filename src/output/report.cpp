#include "output/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/text.h"
#include "output/delimited.h"
#include "output/json.h"
#include "output/sanitize.h"
#include "output/table.h"
#include "output/writer.h"

namespace llmctl::output {
namespace {

[[noreturn]] void refuse_column(const Report& report, const std::string& wanted) {
  std::vector<std::string> keys;
  for (const Column& column : report.columns) keys.push_back(column.key);
  std::string hint = did_you_mean(wanted, keys);
  if (keys.empty()) {
    hint = "this command prints no columns";
  } else if (hint.empty()) {
    hint = fmt::format("columns: {}", fmt::join(keys, ", "));
  }
  throw Error(ErrorKind::usage, fmt::format("unknown column '{}'", wanted), hint);
}

std::size_t find_column(const Report& report, const std::string& wanted) {
  const auto found = std::find_if(report.columns.begin(), report.columns.end(),
                                  [&](const Column& column) { return column.key == wanted; });
  if (found == report.columns.end()) refuse_column(report, wanted);
  return static_cast<std::size_t>(found - report.columns.begin());
}

Selection select_columns(const Report& report, const Style& style) {
  Selection selection;
  for (const std::string& wanted : style.columns) {
    const std::size_t column = find_column(report, wanted);
    if (std::find(selection.begin(), selection.end(), column) == selection.end()) {
      selection.push_back(column);
    }
  }
  if (!selection.empty()) return selection;
  const bool titled_only = style.format == Format::text && !report.single;
  for (std::size_t i = 0; i < report.columns.size(); ++i) {
    if (!titled_only || !report.columns[i].title.empty()) selection.push_back(i);
  }
  return selection;
}

void write_line(Writer& out, std::string_view text) {
  out.text += sanitize(text, true);
  if (!text.ends_with('\n')) out.text += '\n';
}

void write_verbatim(Writer& out, const std::string& text, const Style& style) {
  out.text += style.to_terminal ? sanitize(text, true) : text;
  if (!text.empty() && !text.ends_with('\n')) out.text += '\n';
}

void write_text(Writer& out, const Report& report, const Selection& columns, const Style& style) {
  if (report.text && style.columns.empty()) {
    write_verbatim(out, *report.text, style);
  } else if (report.rows.empty()) {
    if (!report.empty_text.empty()) write_line(out, report.empty_text);
  } else if (report.single) {
    write_single(out, report, columns);
  } else {
    write_table(out, report, columns, style);
  }
  for (const std::string& note : report.text_notes) write_line(out, note);
  if (!report.cursor.empty() && style.header) {
    write_line(out, fmt::format("{} shown, more: --cursor {}", report.rows.size(), report.cursor));
  }
}

}  // namespace

void check_columns(const Report& report, const std::vector<std::string>& chosen) {
  for (const std::string& column : chosen) find_column(report, column);
}

void print(std::ostream& out, const Report& report, const Style& style) {
  const Selection columns = select_columns(report, style);
  Writer writer(out);
  if (report.document) {
    write_verbatim(writer, *report.document, style);
    writer.flush();
    return;
  }
  switch (style.format) {
    case Format::text: write_text(writer, report, columns, style); break;
    case Format::json: write_json(writer, report, columns, style); break;
    case Format::jsonl: write_jsonl(writer, report, columns); break;
    case Format::csv:
    case Format::tsv: write_delimited(writer, report, columns, style); break;
  }
  writer.flush();
}

}  // namespace llmctl::output
