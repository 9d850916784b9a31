#include "yaml/reader.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <string>

namespace llmctl::yaml {
namespace {

/// "line:column: message" of each problem, one a line; empty when the text is fine.
std::string problems_of(const std::string& text) {
  try {
    parse(text, "f");
    return "";
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::invalid_data);
    std::string result;
    for (const ErrorDetail& detail : error.details) {
      CHECK(detail.file == "f");
      result += std::to_string(detail.line) + ":" + std::to_string(detail.column) + ": " +
                detail.message + "\n";
    }
    if (!result.empty()) result.pop_back();
    return result;
  }
}

/// Of the processor, because others may use it, too.
double seconds_to_read(const std::string& text) {
  const std::clock_t start = std::clock();
  problems_of(text);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST_CASE("the reader keeps structure, order, quoting and positions") {
  const Node root =
      parse("b: plain\na: \"quoted\"\nlist:\n  - 1\n  - |\n    block\nmap: {x: 'y'}\n", "f");
  REQUIRE(root.is_mapping());
  REQUIRE(root.entries.size() == 4);
  CHECK(root.entries[0].key == "b");
  CHECK(root.entries[0].value.plain);
  CHECK(root.entries[1].mark.line == 2);
  CHECK(root.entries[1].value.mark.column == 4);
  CHECK_FALSE(root.entries[1].value.plain);
  const Node* const list = root.find("list");
  REQUIRE(list != nullptr);
  REQUIRE(list->items.size() == 2);
  CHECK(list->items[1].text == "block\n");
  CHECK_FALSE(list->items[1].plain);
  CHECK(root.find("map")->find("x")->text == "y");
  CHECK(root.find("nothing") == nullptr);
}

TEST_CASE("columns are counted in characters") {
  const Node root = parse("{ключ: [é, 漢字, x]}", "f");
  const Node* const list = root.find("ключ");
  REQUIRE(list != nullptr);
  CHECK(list->items[0].mark.column == 9);
  CHECK(list->items[1].mark.column == 12);
  CHECK(list->items[2].mark.column == 16);
}

TEST_CASE("a byte order mark and CRLF line ends change nothing") {
  const Node root = parse(
      "\xef\xbb\xbf"
      "a: 1\r\nb: |\r\n  x\r\n  y\r\n",
      "f");
  CHECK(root.entries[0].mark.column == 1);
  CHECK(root.find("b")->text == "x\ny\n");
  CHECK(root.entries[1].mark.line == 2);
}

TEST_CASE("positions are exact when they go back, over lines and characters of several bytes") {
  Problems problems("f");
  // The parser tells of a missing value when it has read the key, from where the key began.
  const Node root =
      parse("\xef\xbb\xbf\xef\xbb\xbf{? \"é ü\",\r\n ? \"漢\r\n字\" , ? ö}", problems);
  REQUIRE(root.entries.size() == 3);
  const auto is_at = [](Mark mark, int line, int column) {
    CAPTURE(mark.line, mark.column);
    return mark.line == line && mark.column == column;
  };
  CHECK(is_at(root.entries[0].value.mark, 1, 4));
  CHECK(is_at(root.entries[1].mark, 2, 4));
  CHECK(is_at(root.entries[1].value.mark, 2, 4));
  CHECK(is_at(root.entries[2].mark, 3, 8));
}

TEST_CASE("escapes become UTF-8") {
  const Node root = parse(R"(a: "\x41\xe9\u20ac\U0001f600\N\_\L é\_\N")"
                          "\n",
                          "f");
  CHECK(root.find("a")->text == "Aé€😀\u0085\u00a0\u2028 é\u00a0\u0085");
}

/// Section and key of each entry that went to the sink.
std::string streamed(const std::string& text, Problems& problems, Node& root) {
  std::string result;
  const std::string_view sections[] = {"s", "t"};
  const auto sink = [&result](const Node& above, Entry&& entry) {
    result +=
        fmt::format("{}.{}={} ", above.entries.back().key, entry.key, entry.value.entries.size());
  };
  root = parse_sections(text, sections, sink, problems);
  return result;
}

TEST_CASE("entries of streamed sections go to the sink, all else is kept") {
  Problems problems("f");
  Node root;
  CHECK(streamed("a: {s: {x: 1}}\ns:\n  p: {k: 1, l: {m: 2}}\n  q: {}\nb: 1\nt: {r: }\n", problems,
                 root) == "s.p=2 s.q=0 t.r=0 ");
  CHECK(problems.empty());
  REQUIRE(root.entries.size() == 4);
  CHECK(root.find("a")->find("s")->entries.size() == 1);
  CHECK(root.find("s")->is_mapping());
  CHECK(root.find("s")->entries.empty());
  CHECK(root.find("s")->mark.line == 3);
  CHECK(root.find("b")->text == "1");
}

TEST_CASE("what is no mapping is not streamed") {
  Problems problems("f");
  Node root;
  CHECK(streamed("s: [1, {x: 1}]\nt: text\n", problems, root).empty());
  CHECK(root.find("s")->items.size() == 2);
  CHECK(root.find("t")->text == "text");
  CHECK(streamed("- s: {x: 1}\n", problems, root).empty());
  CHECK(root.is_sequence());
  CHECK(problems.empty());
}

TEST_CASE("a streamed section that comes twice is reported, its entries that come twice are not") {
  Problems problems("f");
  Node root;
  CHECK(streamed("s: {p: {}, p: {a: 1, a: 2}}\ns: {q: {}}\n", problems, root) ==
        "s.p=0 s.p=1 s.q=0 ");
  const auto details = problems.sorted();
  REQUIRE(details.size() == 2);
  CHECK(details[0].message == "duplicate key 'a', first at line 1, column 16");
  CHECK(details[1].message == "duplicate key 's', first at line 1, column 1");
}

TEST_CASE("entries before a syntax error have gone to the sink") {
  Problems problems("f");
  std::string keys;
  const std::string_view sections[] = {"s"};
  CHECK_THROWS_AS(parse_sections(
                      "s:\n  p: {}\n  q: ]\n", sections,
                      [&keys](const Node&, Entry&& entry) { keys += entry.key; }, problems),
                  Error);
  CHECK(keys == "p");
}

TEST_CASE("a missing value is told from a null and stands where its key does") {
  const Node root = parse("a:\nb: null\nc: ~\nd: \"\"\nlist: [null, x]\n", "f");
  CHECK(root.find("a")->is_missing());
  CHECK(root.find("a")->mark.line == 1);
  CHECK(root.find("b")->text == "null");
  CHECK(root.find("c")->text == "~");
  CHECK_FALSE(root.find("d")->is_missing());
  CHECK(root.find("list")->items[0].text == "null");
  CHECK(parse("", "f").is_missing());
  CHECK(parse("# only a comment\n", "f").is_missing());
}

TEST_CASE("what YAML allows and the subset does not is refused where it stands") {
  struct Case {
    const char* text;
    const char* expected;
  };
  const std::string aliases =
      "aliases (*name) are not supported: write the value where it is needed";
  const Case cases[] = {
      {"a: 1\na: 2\n", "2:1: duplicate key 'a', first at line 1, column 1"},
      {"a: {b: 1, c: 2, b: 3}\n", "1:17: duplicate key 'b', first at line 1, column 5"},
      {"a: &x 1\n", "1:4: anchors (&name) are not supported: write the value where it is needed"},
      {"a: &x {b: 1}\n",
       "1:4: anchors (&name) are not supported: write the value where it is needed"},
      {"a: *x\n", "1:4: aliases (*name) are not supported: write the value where it is needed"},
      {"a: &x 1\nb: *x\n",
       "1:4: anchors (&name) are not supported: write the value where it is needed\n"
       "2:4: aliases (*name) are not supported: write the value where it is needed"},
      {"a: !!str 5\n", "1:4: tags (!name) are not supported: the field decides the type"},
      {"a: !x [1]\n", "1:4: tags (!name) are not supported: the field decides the type"},
      {"a: ! x\n", "1:4: tags (!name) are not supported: the field decides the type"},
      {"<<: {a: 1}\n",
       "1:1: merge keys (<<) are not supported: write the values where they are needed"},
      {"? [a, b]\n: 1\n", "1:3: a key must be text"},
      {": 1\n", "1:1: a key is missing here"},
      {"a: {: 1}\n", "1:5: a key is missing here"},
      {"a: \"x\\0y\"\n", "1:4: text with a NUL character cannot be stored"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(problems_of(c.text) == c.expected);
  }
}

TEST_CASE("after a syntax error only that one is reported") {
  struct Case {
    const char* text;
    const char* expected;
  };
  const Case cases[] = {
      {"a: 1\na: 2\nb: [1, 2\n", "4:1: a '[' is not closed by a ']', or a ',' is missing"},
      {"a: {b: 1\n", "2:1: a '{' is not closed by a '}', or a ',' is missing"},
      {"a: b: c\n", "1:5: a ':' is not expected here: quote the text, or check the indentation"},
      {"a:\n\tb: 1\n", "2:3: a tab is used for indentation: use blanks"},
      {"a:\n  b: 1\n\tc: 2\n", "3:1: a tab is used for indentation: use blanks"},
      {"a: \"open", "1:9: the file ends inside quotes"},
      {"a: \"open\nb: 1\n", "1:4: this quote is not closed"},
      {"a: \"open\\\"\n", "1:4: this quote is not closed"},
      {"a: 'open\n", "1:4: this quote is not closed"},
      {"a: 'it''s\n", "1:4: this quote is not closed"},
      {"a: \"\\q\"\n",
       "1:5: unknown escape in double quotes: write \\\\ for a backslash, or use single quotes"},
      {"a: @x\n", "1:4: text cannot start with this character: quote it"},
      {"a:\n  b: 1\n  - c\n",
       "3:3: this does not belong to the mapping above it: check the indentation"},
      {"a: 1\n---\nb: 2\n", "2:1: a second document begins here: a file holds one"},
      {"a: 1\n...\nb: 2\n", "3:1: a second document begins here: a file holds one"},
      {"- a\nb: c\n",
       "2:1: this does not continue what is above it: check the indentation, and for a blank after "
       "':'"},
      {"a: - b\n", "1:4: a '-' is not expected here: check the indentation"},
      {"a: 1\n]\n", "2:1: this closes a bracket that was not opened"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(problems_of(c.text) == c.expected);
  }
}

TEST_CASE("bytes that are no text are refused with their position") {
  CHECK(problems_of(std::string("a: x\0y\n", 7)) == "1:5: a NUL character is not allowed");
  CHECK(problems_of("a: é\xff\n") == "1:5: this byte is not UTF-8");
  CHECK(problems_of("a: \xc0\xaf\n") == "1:4: this byte is not UTF-8");
  CHECK(problems_of("a: x\x1b[31m\n") == "1:5: the control character U+001B is not allowed");
  CHECK(problems_of("a: x\ry\n") == "1:5: a carriage return that ends no line is not allowed");
  CHECK(problems_of(std::string(max_file_size + 1, '#')) == "0:0: the file is larger than 64 MiB");
}

TEST_CASE("nesting is limited") {
  const auto nested = [](int levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(problems_of(nested(max_depth)).empty());
  CHECK(problems_of(nested(max_depth + 1)) == "1:33: nested more than 32 levels deep");
}

TEST_CASE("hostile texts are refused at once") {
  std::string laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    laughs += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 9; ++i)
      laughs += std::string(i == 0 ? "*" : ",*") + static_cast<char>(c - 1);
    laughs += "]\n";
  }
  const std::string texts[] = {laughs,
                               "a: &a [*a]\n",
                               std::string(100'000, '['),
                               std::string(100'000, '{'),
                               "a: " + std::string(100'000, '"'),
                               std::string(1'000'000, '-') + "\n",
                               repeated("- ", 500'000),
                               repeated("? ", 500'000),
                               "a: " + repeated("!x ", 100'000)};
  for (const std::string& text : texts) CHECK(seconds_to_read(text) < 5);
}

TEST_CASE("brackets that the parser would have to queue as a whole are limited") {
  const std::string expected =
      ":1: too much for one text or pair of brackets: write one key or item a line, without "
      "brackets";
  CHECK(problems_of(std::string(1'000'000, '[')) == "1" + expected);
  CHECK(problems_of("\n{" + repeated("\"\" ", 500'000)) == "2" + expected);
  CHECK(problems_of("a: {b: [" + repeated("x, ", 600'000) + "]}\n").empty());
  CHECK(problems_of("a: |\n  " + repeated("word ", 600'000) + "\n").empty());
}

TEST_CASE("no text takes longer than its length allows") {
  const std::string texts[] = {
      repeated("? [é,\n é]\n", 20'000),
      "{a: {" + repeated("? [é], ", 20'000) + "}}\n",
      "a: {" + repeated("é: , ", 20'000) + "}\n",
      repeated("a: \"b\"\n", 20'000) + "c: \"open\n",
      "a: \"" + repeated("\\_", 100'000) + "\"\n",
      repeated("a: 1\n", 100'000),
      "\n" + repeated("\r\n", 500'000),
  };
  for (const std::string& text : texts) CHECK(seconds_to_read(text) < 5);
}

TEST_CASE("rubbish without end is not reported without end") {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "a: 1\n";
  const std::string problems = problems_of(text);
  CHECK(std::ranges::count(problems, '\n') == 1000);
  CHECK(problems.ends_with("too many problems: the rest is not shown"));
}

}  // namespace
}  // namespace llmctl::yaml
