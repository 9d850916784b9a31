#include "output/delimited.h"

#include <catch2/catch.hpp>

#include "tests/output/printing.h"

namespace llmctl::output {
namespace {

std::string only_field(const Cell& cell, Format format, bool to_terminal = false) {
  Report report;
  report.columns = {{.key = "field"}, {.key = "end"}};
  report.rows = {{cell, std::int64_t{0}}};
  Style style;
  style.format = format;
  style.header = false;
  style.to_terminal = to_terminal;
  const std::string line = printed(report, style);
  return line.substr(0, line.size() - 3);
}

TEST_CASE("csv has a header and one line a record") {
  const std::string header = "id,created_at,pending,tokens,cost_usd,content,state\n";
  const std::string lines =
      "0192f0c1-7c1e-7abc-8def-0123456789ab,2026-10-01T12:00:00.250000Z,true,1234,0.00425,"
      "\"hello, \"\"world\"\"\",\"{\"\"a\"\":\"\"x:y,{\"\",\"\"b\"\":[1,2,{}]}\"\n"
      ",,,,,,\n";
  Style style;
  style.format = Format::csv;
  CHECK(printed(every_kind(), style) == header + lines);
  style.header = false;
  CHECK(printed(every_kind(), style) == lines);
}

TEST_CASE("csv and tsv quote what their syntax needs") {
  struct Case {
    std::string text, csv, tsv;
  };
  const std::vector<Case> cases{
      {"", "", ""},
      {"plain text", "plain text", "plain text"},
      {"a,b", "\"a,b\"", "a,b"},
      {"say \"hi\"", "\"say \"\"hi\"\"\"", "say \"hi\""},
      {"two\nlines", "\"two\nlines\"", "two\\nlines"},
      {"a\rb", "\"a\rb\"", "a\\rb"},
      {"a\tb", "a\tb", "a\\tb"},
      {"a\\nb", "a\\nb", "a\\\\nb"},
      {"grüße 日本", "grüße 日本", "grüße 日本"},
      {"bad \xff", "bad \ufffd", "bad \ufffd"},
  };
  for (const Case& c : cases) {
    CHECK(only_field(c.text, Format::csv) == c.csv);
    CHECK(only_field(c.text, Format::tsv) == c.tsv);
  }
}

TEST_CASE("text that a spreadsheet would run is defused") {
  struct Case {
    std::string text, csv, tsv;
  };
  const std::vector<Case> cases{
      {"=1+1", "'=1+1", "'=1+1"},
      {"+49 30", "'+49 30", "'+49 30"},
      {"-1", "'-1", "'-1"},
      {"@SUM(A1)", "'@SUM(A1)", "'@SUM(A1)"},
      {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"",
       "'=HYPERLINK(\"http://x\",\"y\")"},
      {"\t=1", "'\t=1", "'\\t=1"},
      {"\r=1", "\"'\r=1\"", "'\\r=1"},
      {"\n=1", "\"'\n=1\"", "'\\n=1"},
      {std::string("\0=1", 3), std::string("'\0=1", 4), std::string("'\0=1", 4)},
      {"＝1", "'＝1", "'＝1"},
      {"＋1", "'＋1", "'＋1"},
      {"－1", "'－1", "'－1"},
      {"＠x", "'＠x", "'＠x"},
      {"a=1", "a=1", "a=1"},
      {"'=1", "'=1", "'=1"},
  };
  for (const Case& c : cases) {
    CHECK(only_field(c.text, Format::csv) == c.csv);
    CHECK(only_field(c.text, Format::tsv) == c.tsv);
  }
}

TEST_CASE("numbers are never defused") {
  for (const Format format : {Format::csv, Format::tsv}) {
    CHECK(only_field(std::int64_t{-5}, format) == "-5");
    CHECK(only_field(NanoUsd{-1'500'000'000}, format) == "-1.5");
    CHECK(only_field(JsonText{"-5"}, format) == "-5");
  }
}

TEST_CASE("a record whose only field is empty is not an empty line in csv") {
  const Report report = list_of({std::string(), Cell(), std::string("x")});
  CHECK(printed(report, Format::csv) == "item\n\"\"\n\"\"\nx\n");
  CHECK(printed(report, Format::tsv) == "item\n\n\nx\n");
}

TEST_CASE("csv and tsv are raw in a file and sanitised on a terminal") {
  const std::string text = "\x1b[31mred\x1b[0m \xff";
  CHECK(only_field(text, Format::csv) == "\x1b[31mred\x1b[0m \ufffd");
  CHECK(only_field(text, Format::csv, true) == "\\x1b[31mred\\x1b[0m \\xff");
  CHECK(only_field(text, Format::tsv, true) == "\\\\x1b[31mred\\\\x1b[0m \\\\xff");
}

}  // namespace
}  // namespace llmctl::output
