#include "output/delimited.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/decimal.h"
#include "base/text.h"
#include "output/sanitize.h"

namespace llmctl::output {
namespace {

bool starts_formula(std::string_view text) {
  if (text.empty()) return false;
  const CodePoint first = next_code_point(text);
  constexpr std::u32string_view starters{U"=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20", 12};
  return first.valid && starters.find(first.value) != std::u32string_view::npos;
}

void append_csv(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_tsv(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\\': out += "\\\\"; break;
      default: out += c;
    }
  }
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const CodePoint next = next_code_point(text);
    valid += next.valid ? text.substr(0, next.length) : "\ufffd";
    text.remove_prefix(next.length);
  }
  return valid;
}

struct AppendField {
  std::string& out;
  const Style& style;

  void operator()(std::monostate) const {}
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += fmt::format_int(value).str(); }
  void operator()(const Uuid& value) const { out += to_string(value); }
  void operator()(Timestamp value) const { out += to_rfc3339(value); }
  void operator()(NanoUsd value) const { out += usd_from_nano(value.amount); }
  void operator()(const JsonText& value) const { append(canonical_json(value)); }
  void operator()(const std::string& value) const {
    const bool defuse = starts_formula(value);
    if (!defuse && !style.to_terminal && !find_invalid_utf8(value)) {
      append(value);
      return;
    }
    const std::string safe =
        style.to_terminal ? sanitize(value, true) : replace_invalid_utf8(value);
    append(defuse ? "'" + safe : safe);
  }

  void append(std::string_view text) const {
    if (style.format == Format::csv) {
      append_csv(out, text);
    } else {
      append_tsv(out, text);
    }
  }
};

}  // namespace

void write_delimited(Writer& out, const Report& report, const Selection& columns,
                     const Style& style) {
  const char separator = style.format == Format::csv ? ',' : '\t';
  const AppendField append_field{out.text, style};
  if (style.header) {
    for (const std::size_t column : columns) {
      if (column != columns.front()) out.text += separator;
      append_field.append(report.columns[column].key);
    }
    out.text += '\n';
  }
  for (const auto& row : report.rows) {
    const std::size_t start = out.text.size();
    for (const std::size_t column : columns) {
      if (column != columns.front()) out.text += separator;
      std::visit(append_field, row[column]);
    }
    // Readers skip an empty line, and with it a record whose only field is empty.
    if (style.format == Format::csv && out.text.size() == start) out.text += "\"\"";
    out.text += '\n';
    if (!out.keep_going()) return;
  }
}

}  // namespace llmctl::output
