#include "output/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/decimal.h"
#include "base/text.h"
#include "output/sanitize.h"

namespace llmctl::output {
namespace {

constexpr int compact = -1;

/// A new line at this depth; nothing in compact output.
void append_break(std::string& out, int depth) {
  if (depth == compact) return;
  out += '\n';
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
}

void append_unit(std::string& out, std::uint32_t utf16_unit) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", utf16_unit);
}

void append_escape(std::string& out, char32_t value) {
  switch (value) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (value <= 0xffff) {
    append_unit(out, value);
  } else {
    append_unit(out, 0xd7c0 + (value >> 10));
    append_unit(out, 0xdc00 + (value & 0x3ff));
  }
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

/// Canonical JSON has no blanks between its tokens, so each bracket and comma outside a string is
/// where a line ends.
void append_indented(std::string& out, std::string_view canonical, int depth) {
  bool in_string = false;
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    const char c = canonical[i];
    if (in_string) {
      out += c;
      if (c == '\\') out += canonical[++i];
      in_string = c != '"';
    } else if ((c == '{' || c == '[') && (canonical[i + 1] == '}' || canonical[i + 1] == ']')) {
      out += c;
      out += canonical[++i];
    } else if (c == '{' || c == '[') {
      out += c;
      append_break(out, ++depth);
    } else if (c == '}' || c == ']') {
      append_break(out, --depth);
      out += c;
    } else {
      out += c;
      if (c == ',') append_break(out, depth);
      if (c == ':') out += ' ';
      in_string = c == '"';
    }
  }
}

struct AppendValue {
  std::string& out;
  int depth;

  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += fmt::format_int(value).str(); }
  void operator()(const std::string& value) const { append_json_string(out, value); }
  void operator()(const Uuid& value) const { append_quoted(to_string(value)); }
  void operator()(Timestamp value) const { append_quoted(to_rfc3339(value)); }
  void operator()(NanoUsd value) const { append_quoted(usd_from_nano(value.amount)); }
  void operator()(const JsonText& value) const {
    const std::string canonical = canonical_json(value);
    if (depth == compact) {
      out += canonical;
    } else {
      append_indented(out, canonical, depth);
    }
  }

  void append_quoted(std::string_view ascii) const {
    out += '"';
    out += ascii;
    out += '"';
  }
};

/// `"key":` of every chosen column, made once.
std::vector<std::string> make_keys(const Report& report, const Selection& columns, bool pretty) {
  std::vector<std::string> keys;
  for (const std::size_t column : columns) {
    std::string& key = keys.emplace_back();
    append_json_string(key, report.columns[column].key);
    key += pretty ? ": " : ":";
  }
  return keys;
}

void append_record(std::string& out, const std::vector<Cell>& row, const Selection& columns,
                   const std::vector<std::string>& keys, int depth) {
  const int inner = depth == compact ? compact : depth + 1;
  out += '{';
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    append_break(out, inner);
    out += keys[i];
    std::visit(AppendValue{out, inner}, row[columns[i]]);
  }
  append_break(out, depth);
  out += '}';
}

void append_member(std::string& out, std::string_view key, std::string_view value, int depth) {
  append_break(out, depth);
  append_json_string(out, key);
  out += ": ";
  append_json_string(out, value);
}

void append_database(std::string& out, const Style& style) {
  append_break(out, 1);
  out += "\"database\": {";
  append_member(out, "url", style.database, 2);
  out += ',';
  append_member(out, "source", style.database_source, 2);
  append_break(out, 1);
  out += "},";
}

/// False when the stream has gone bad.
bool write_rows(Writer& out, const Report& report, const Selection& columns,
                const std::vector<std::string>& keys) {
  out.text += '[';
  for (const auto& row : report.rows) {
    if (&row != report.rows.data()) out.text += ',';
    append_break(out.text, 2);
    append_record(out.text, row, columns, keys, 2);
    if (!out.keep_going()) return false;
  }
  if (!report.rows.empty()) append_break(out.text, 1);
  out.text += "],";
  return true;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;

    const CodePoint next = next_code_point(text);
    if (!next.valid) {
      out += "\ufffd";
    } else if (next.value == '"' || next.value == '\\' || is_deceptive(next.value)) {
      append_escape(out, next.value);
    } else {
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  out += '"';
}

void write_json(Writer& out, const Report& report, const Selection& columns, const Style& style) {
  const auto keys = make_keys(report, columns, true);
  out.text += '{';
  if (!style.database.empty()) append_database(out.text, style);
  append_break(out.text, 1);
  append_json_string(out.text, report.name);
  out.text += ": ";
  if (!report.single) {
    if (!write_rows(out, report, columns, keys)) return;
    append_break(out.text, 1);
    out.text += "\"next_cursor\": ";
    if (report.cursor.empty()) {
      out.text += "null";
    } else {
      append_json_string(out.text, report.cursor);
    }
  } else if (report.rows.empty()) {
    out.text += "null";
  } else {
    append_record(out.text, report.rows.front(), columns, keys, 1);
  }
  out.text += "\n}\n";
}

void write_jsonl(Writer& out, const Report& report, const Selection& columns) {
  const auto keys = make_keys(report, columns, false);
  for (const auto& row : report.rows) {
    append_record(out.text, row, columns, keys, compact);
    out.text += '\n';
    if (!out.keep_going()) return;
  }
}

}  // namespace llmctl::output
