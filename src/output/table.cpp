#include "output/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/decimal.h"
#include "base/text.h"
#include "output/sanitize.h"

namespace llmctl::output {
namespace {

constexpr std::string_view gap = "  ";
constexpr int gap_width = 2;
constexpr int smallest_flexible_width = 10;

/// A cell as text reads it. Unknown is empty.
struct ShowCell {
  bool in_list;

  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? "yes" : "no"; }
  std::string operator()(std::int64_t value) const { return fmt::format_int(value).str(); }
  std::string operator()(const std::string& value) const { return sanitize(value, !in_list); }
  std::string operator()(const Uuid& value) const {
    return in_list ? short_id(value) : to_string(value);
  }
  std::string operator()(Timestamp value) const {
    std::string text = to_rfc3339(value);
    if (in_list) {
      text.resize(text.find('.'));
      std::replace(text.begin(), text.end(), 'T', ' ');
    }
    return text;
  }
  std::string operator()(NanoUsd value) const { return usd_from_nano(value.amount); }
  std::string operator()(const JsonText& value) const {
    return sanitize(canonical_json(value), !in_list);
  }
};

struct Line {
  std::vector<std::string> cells;
  std::vector<int> widths;
  std::vector<std::string> below;
};

/// The chosen columns by where a row shows them.
struct Layout {
  Selection beside;
  Selection below;
};

void add_cell(Line& line, std::string cell) {
  line.widths.push_back(display_width(cell));
  line.cells.push_back(std::move(cell));
}

std::string heading(const Column& column) {
  std::string text = column.title.empty() ? column.key : column.title;
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

Line make_header(const Report& report, const Selection& columns) {
  Line line;
  for (const std::size_t column : columns) add_cell(line, heading(report.columns[column]));
  return line;
}

/// Columns that the user chose stand side by side, in the order of choosing.
Layout make_layout(const Report& report, const Selection& columns, const Style& style) {
  Layout layout;
  for (const std::size_t column : columns) {
    const bool below = report.columns[column].below && style.columns.empty();
    (below ? layout.below : layout.beside).push_back(column);
  }
  return layout;
}

Line make_line(const std::vector<Cell>& row, const Layout& layout) {
  Line line;
  for (const std::size_t column : layout.beside) {
    const bool unknown = std::holds_alternative<std::monostate>(row[column]);
    add_cell(line, unknown ? "-" : std::visit(ShowCell{true}, row[column]));
  }
  for (const std::size_t column : layout.below) {
    std::string shown = std::visit(ShowCell{true}, row[column]);
    if (!shown.empty()) line.below.push_back(std::move(shown));
  }
  return line;
}

std::vector<int> natural_widths(const std::vector<Line>& lines) {
  std::vector<int> widths(lines.front().widths.size());
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], line.widths[i]);
  }
  return widths;
}

/// Takes the excess from the widest flexible column first, so that short ones stay whole.
void fit(std::vector<int>& widths, const Report& report, const Selection& columns, int width) {
  int excess = gap_width * (static_cast<int>(widths.size()) - 1) - width;
  for (const int w : widths) excess += w;
  while (excess > 0) {
    int* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool can_give =
          report.columns[columns[i]].flexible && widths[i] > smallest_flexible_width;
      if (can_give && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
    --excess;
  }
}

/// Cuts between code points and marks the cut.
std::string shorten(std::string_view text, int width) {
  std::size_t end = 0;
  int used = 0;
  while (end < text.size()) {
    const CodePoint next = next_code_point(text.substr(end));
    used += display_width(next.value);
    if (used > width - 1) break;
    end += next.length;
  }
  std::string_view kept = text.substr(0, end);
  constexpr std::string_view joiner = "\u200d";
  while (kept.ends_with(joiner)) kept.remove_suffix(joiner.size());
  return std::string(kept) + "…";
}

void append_line(std::string& out, const Line& line, const Report& report, const Selection& columns,
                 const std::vector<int>& widths) {
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < line.cells.size(); ++i) {
    const bool cut = line.widths[i] > widths[i];
    const std::string cell = cut ? shorten(line.cells[i], widths[i]) : line.cells[i];
    const int missing = widths[i] - (cut ? display_width(cell) : line.widths[i]);
    const std::string padding(static_cast<std::size_t>(missing), ' ');
    if (i > 0) out += gap;
    out += report.columns[columns[i]].right ? padding + cell : cell + padding;
  }
  out.resize(std::max(start, out.find_last_not_of(' ') + 1));
}

/// Lines below a row, two blanks in, each within the width.
void append_below(std::string& out, const Line& line, int width) {
  const int room = std::max(width - gap_width, smallest_flexible_width);
  for (const std::string& text : line.below) {
    out += gap;
    out += width > 0 && display_width(text) > room ? shorten(text, room) : text;
    out.resize(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
}

std::string_view without_trailing_newlines(std::string_view text) {
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

void append_indented(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty()) out += gap;
    out += line;
    out += '\n';
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
}

}  // namespace

void write_table(Writer& out, const Report& report, const Selection& columns, const Style& style) {
  const Layout layout = make_layout(report, columns, style);
  std::vector<Line> lines;
  if (style.header) lines.push_back(make_header(report, layout.beside));
  for (const auto& row : report.rows) lines.push_back(make_line(row, layout));
  std::vector<int> widths = natural_widths(lines);
  if (style.width > 0) fit(widths, report, layout.beside, style.width);

  for (const Line& line : lines) {
    const bool bold = style.header && style.color && &line == lines.data();
    if (bold) out.text += "\x1b[1m";
    append_line(out.text, line, report, layout.beside, widths);
    out.text += bold ? "\x1b[0m\n" : "\n";
    append_below(out.text, line, style.width);
    if (!out.keep_going()) return;
  }
}

void write_single(Writer& out, const Report& report, const Selection& columns) {
  int title_width = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  for (const std::size_t column : columns) {
    const std::string shown = std::visit(ShowCell{false}, report.rows.front()[column]);
    const std::string_view value = without_trailing_newlines(shown);
    if (value.empty()) continue;
    const Column& about = report.columns[column];
    fields.emplace_back(about.title.empty() ? about.key : about.title, value);
    title_width = std::max(title_width, display_width(fields.back().first));
  }
  for (const auto& [title, value] : fields) {
    out.text += title;
    out.text += ':';
    if (value.find('\n') != std::string::npos) {
      out.text += '\n';
      append_indented(out.text, value);
      continue;
    }
    const int padding = title_width - display_width(title) + 1;
    out.text.append(static_cast<std::size_t>(padding), ' ');
    out.text += value;
    out.text += '\n';
  }
}

}  // namespace llmctl::output
