#include "output/table.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/output/printing.h"

namespace llmctl::output {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

Report two_columns(const std::string& left, const std::string& right) {
  Report report;
  report.name = "items";
  report.columns = {{.key = "item", .title = "item", .flexible = true},
                    {.key = "other", .title = "other", .flexible = true}};
  report.rows = {{left, right}};
  return report;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string printed_at(const Report& report, int width) {
  Style style;
  style.width = width;
  return printed(report, style);
}

TEST_CASE("a text list shows every kind of cell in its short form") {
  CHECK(printed_at(every_kind(), 100) ==
        "ID        CREATED              PENDING  TOKENS     COST  CONTENT\n"
        "456789ab  2026-10-01 12:00:00  yes        1234  0.00425  hello, \"world\"\n"
        "-         -                    -             -        -  -\n");
}

TEST_CASE("the header can be left out or bold") {
  Style style;
  style.header = false;
  Report report = two_columns("a", "b");
  CHECK(printed(report, style) == "a  b\n");
  style.header = true;
  style.color = true;
  CHECK(printed(report, style) == "\x1b[1mITEM  OTHER\x1b[0m\na     b\n");
}

TEST_CASE("wide characters keep the columns aligned") {
  Report report = list_of({});
  report.columns.push_back({.key = "n", .title = "n", .right = true});
  for (const std::string text : {"ascii", "日本語", "😀", "e\u0301te\u0301", ""}) {
    report.rows.push_back({text, std::int64_t{7}});
  }
  CHECK(printed(report, Format::text) ==
        "ITEM    N\n"
        "ascii   7\n"
        "日本語  7\n"
        "😀      7\n"
        "e\u0301te\u0301     7\n"
        "        7\n");
}

TEST_CASE("flexible columns give way so that each line fits, and no code point is cut") {
  const std::vector<std::string> texts{
      repeated("x", 300),
      repeated("日本語", 12),
      repeated("😀", 40),
      repeated("👨‍👩‍👧", 12),
      "a\n\x1b\xff日" + std::string(80, '\x01'),
  };
  for (const std::string& text : texts) {
    for (int width = 24; width < 60; ++width) {
      CAPTURE(text, width);
      for (const Report& report : {two_columns(text, text), two_columns("short", text)}) {
        const std::string shown = printed_at(report, width);
        CHECK_FALSE(find_invalid_utf8(shown));
        CHECK(shown.find("…") != std::string::npos);
        for (const std::string& line : lines_of(shown)) CHECK(display_width(line) <= width);
      }
    }
  }
}

TEST_CASE("the widest flexible column gives way first") {
  CHECK(printed_at(two_columns("short", std::string(50, 'y')), 20) ==
        "ITEM   OTHER\nshort  yyyyyyyyyyyy…\n");
  CHECK(printed_at(two_columns(std::string(14, 'x'), std::string(50, 'y')), 30) ==
        "ITEM            OTHER\nxxxxxxxxxxxxxx  yyyyyyyyyyyyy…\n");
}

TEST_CASE("a column below stands on a line of its own under its row") {
  Report report = two_columns("a", "first\nline of a long text");
  report.columns.back().below = true;
  report.rows.push_back({std::string("b"), Cell()});
  report.rows.push_back({std::string("c"), std::string("short ")});
  CHECK(printed_at(report, 16) == "ITEM\na\n  first line of…\nb\nc\n  short\n");
  CHECK(printed_at(report, 0) == "ITEM\na\n  first line of a long text\nb\nc\n  short\n");
  CHECK(printed(report, Format::csv) ==
        "item,other\na,\"first\nline of a long text\"\nb,\nc,short \n");
  Style chosen;
  chosen.columns = {"item", "other"};
  CHECK(printed(report, chosen) ==
        "ITEM  OTHER\na     first line of a long text\nb     -\nc     short\n");
}

TEST_CASE("without a width, or without a flexible column, nothing is shortened") {
  const std::string text(300, 'x');
  CHECK(printed_at(two_columns("a", text), 0).find(text) != std::string::npos);
  CHECK(printed_at(list_of({text}), 80) == "ITEM\n" + text + "\n");
}

TEST_CASE("lists show one line a row whatever the cells hold") {
  CHECK(printed(list_of({std::string("a\n\n  b\tc\r\nd  ")}), Format::text) == "ITEM\na   b c d\n");
}

TEST_CASE("a single record is shown in full and leaves out what is unknown") {
  Report report = every_kind();
  report.single = true;
  CHECK(printed(report, Format::text) ==
        "id:      0192f0c1-7c1e-7abc-8def-0123456789ab\n"
        "created: 2026-10-01T12:00:00.250000Z\n"
        "pending: yes\n"
        "tokens:  1234\n"
        "cost:    0.00425\n"
        "content: hello, \"world\"\n"
        "state:   {\"a\":\"x:y,{\",\"b\":[1,2,{}]}\n");
  report.rows.erase(report.rows.begin());
  CHECK(printed(report, Format::text).empty());
}

TEST_CASE("long text of a single record is indented below its title") {
  Report report = two_columns("x", "first\n\n\tthird\r\nfourth\n\n");
  report.single = true;
  CHECK(printed(report, Format::text) == "item:  x\nother:\n  first\n\n  \tthird\n  fourth\n");
  report.rows = {{std::string("ends\n"), std::string("\n")}};
  CHECK(printed(report, Format::text) == "item: ends\n");
}

}  // namespace
}  // namespace llmctl::output
