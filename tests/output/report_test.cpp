#include "output/report.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "output/writer.h"
#include "tests/output/printing.h"

namespace llmctl::output {
namespace {

Style with_columns(Format format, std::vector<std::string> columns) {
  Style style;
  style.format = format;
  style.columns = std::move(columns);
  return style;
}

/// Takes so many bytes, then fails like a closed pipe.
class LimitedBuffer : public std::streambuf {
 public:
  explicit LimitedBuffer(std::size_t limit) : left_(limit) {}
  int writes = 0;

 protected:
  std::streamsize xsputn(const char*, std::streamsize size) override {
    ++writes;
    if (static_cast<std::size_t>(size) > left_) return 0;
    left_ -= static_cast<std::size_t>(size);
    return size;
  }
  int overflow(int) override { return traits_type::eof(); }

 private:
  std::size_t left_;
};

TEST_CASE("chosen columns are printed in the chosen order in every format") {
  Report report = every_kind();
  report.rows.pop_back();
  const std::vector<std::string> columns{"tokens", "pending", "tokens"};
  CHECK(printed(report, with_columns(Format::text, columns)) == "TOKENS  PENDING\n  1234  yes\n");
  CHECK(printed(report, with_columns(Format::jsonl, columns)) ==
        "{\"tokens\":1234,\"pending\":true}\n");
  CHECK(printed(report, with_columns(Format::csv, columns)) == "tokens,pending\n1234,true\n");
  CHECK(printed(report, with_columns(Format::tsv, columns)) == "tokens\tpending\n1234\ttrue\n");
  CHECK(
      printed(report, with_columns(Format::json, columns)) ==
      "{\n  \"messages\": [\n    {\n      \"tokens\": 1234,\n      \"pending\": true\n    }\n  ],\n"
      "  \"next_cursor\": null\n}\n");
  report.single = true;
  CHECK(printed(report, with_columns(Format::text, columns)) == "tokens:  1234\npending: yes\n");
}

TEST_CASE("a column without a title is in the text table only when it is chosen") {
  Report report = every_kind();
  report.rows.pop_back();
  CHECK(printed(report, Format::text).find("STATE") == std::string::npos);
  CHECK(printed(report, with_columns(Format::text, {"state"})) ==
        "STATE\n{\"a\":\"x:y,{\",\"b\":[1,2,{}]}\n");
}

TEST_CASE("an unknown column is a usage error that helps") {
  struct Case {
    std::string column, hint;
  };
  const std::vector<Case> cases{
      {"token", "did you mean 'tokens'?"},
      {"zzzzzzzz", "columns: id, created_at, pending, tokens, cost_usd, content, state"}};
  for (const Case& c : cases) {
    for (const Format format : {Format::text, Format::json, Format::csv}) {
      try {
        printed(every_kind(), with_columns(format, {"id", c.column}));
        FAIL("accepted " << c.column);
      } catch (const Error& error) {
        CHECK(error.kind == ErrorKind::usage);
        CHECK(std::string(error.what()) == "unknown column '" + c.column + "'");
        CHECK(error.hint == c.hint);
      }
    }
  }
}

TEST_CASE("a list without rows says so in text and is an empty list elsewhere") {
  Report report = every_kind();
  report.rows.clear();
  report.empty_text = "no messages";
  CHECK(printed(report, Format::text) == "no messages\n");
  CHECK(printed(report, Format::json) == "{\n  \"messages\": [],\n  \"next_cursor\": null\n}\n");
  CHECK(printed(report, Format::jsonl).empty());
  CHECK(printed(report, with_columns(Format::csv, {"id", "state"})) == "id,state\n");
  report.empty_text.clear();
  CHECK(printed(report, Format::text).empty());
}

TEST_CASE("notes and the way on follow the table in text alone") {
  Report report = list_of({std::string("a"), std::string("b")});
  report.text_notes = {"2 blocked", "bell \a"};
  report.cursor = "abc";
  CHECK(printed(report, Format::text) ==
        "ITEM\na\nb\n2 blocked\nbell \\x07\n2 shown, more: --cursor abc\n");
  CHECK(printed(report, Format::jsonl) == "{\"item\":\"a\"}\n{\"item\":\"b\"}\n");
  CHECK(printed(report, Format::csv) == "item\na\nb\n");
}

TEST_CASE("text of its own replaces the table and ends in a newline") {
  Report report = list_of({std::string("row")});
  struct Case {
    std::string text, expected, on_terminal;
  };
  const std::vector<Case> cases{
      {"two\n\tlines", "two\n\tlines\n", "two\n\tlines\n"},
      {"ended\n", "ended\n", "ended\n"},
      {"", "", ""},
      {"\x1b[2J \xff", "\x1b[2J \xff\n", "\\x1b[2J \\xff\n"},
  };
  for (const Case& c : cases) {
    report.text = c.text;
    Style style;
    CHECK(printed(report, style) == c.expected);
    style.to_terminal = true;
    CHECK(printed(report, style) == c.on_terminal);
    CHECK(printed(report, Format::jsonl) == "{\"item\":\"row\"}\n");
    CHECK(printed(report, with_columns(Format::text, {"item"})) == "ITEM\nrow\n");
  }
}

TEST_CASE("a stream that goes bad stops the printing") {
  const Report report = list_of(std::vector<Cell>(100'000, std::string(100, 'x')));
  for (const Format format :
       {Format::text, Format::json, Format::jsonl, Format::csv, Format::tsv}) {
    LimitedBuffer buffer(200'000);
    std::ostream out(&buffer);
    Style style;
    style.format = format;
    print(out, report, style);
    CHECK_FALSE(out.good());
    CHECK(buffer.writes < 5);
  }
}

TEST_CASE("a writer says when there is no use in going on") {
  LimitedBuffer buffer(100'000);
  std::ostream out(&buffer);
  Writer writer(out);
  int records = 0;
  do {
    writer.text.append(1000, 'x');
    ++records;
  } while (writer.keep_going() && records < 1000);
  CHECK(records == 132);
}

}  // namespace
}  // namespace llmctl::output
