#include "yaml/json_lines.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "yaml/binder.h"
#include "yaml/reader.h"

namespace llmctl::yaml {
namespace {

Node read(std::string_view line) {
  Problems problems("f");
  Node node = parse_json_line(line, 7, problems);
  CHECK(problems.empty());
  return node;
}

/// "line:column: message" of what ends the reading; empty when nothing does.
std::string error_of(std::string_view line) {
  Problems problems("f");
  try {
    parse_json_line(line, 7, problems);
    return "";
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::invalid_data);
    REQUIRE(error.details.size() == 1);
    CHECK(error.details[0].file == "f");
    return fmt::format("{}:{}: {}", error.details[0].line, error.details[0].column,
                       error.details[0].message);
  }
}

TEST_CASE("a line of JSON keeps structure, order, spelling and positions") {
  const Node root =
      read(R"( {"b" : "x\n\"é\"", "a": [1, -0.50, 2E+3, true, false, null, {}], "":[]} )");
  REQUIRE(root.is_mapping());
  REQUIRE(root.entries.size() == 3);
  CHECK(root.mark.line == 7);
  CHECK(root.mark.column == 2);
  CHECK(root.entries[0].key == "b");
  CHECK_FALSE(root.entries[0].plain);
  CHECK(root.entries[0].mark.column == 3);
  CHECK(root.entries[0].value.text == "x\n\"é\"");
  CHECK_FALSE(root.entries[0].value.plain);
  CHECK(root.entries[0].value.mark.column == 9);
  CHECK(root.entries[1].mark.column == 21);
  const Node& list = root.entries[1].value;
  REQUIRE(list.items.size() == 7);
  const std::vector<std::string> texts{"1", "-0.50", "2E+3", "true", "false", "null"};
  const std::vector<int> columns{27, 30, 37, 43, 49, 56, 62};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    CAPTURE(i);
    CHECK(list.items[i].plain);
    CHECK(list.items[i].mark.column == columns[i]);
    CHECK((i == texts.size() || list.items[i].text == texts[i]));
  }
  CHECK(list.items[6].is_mapping());
  CHECK(root.entries[2].key.empty());
  CHECK(root.entries[2].value.is_sequence());
}

TEST_CASE("numbers are kept as they were written") {
  for (const char* number : {"0", "-0", "1.0", "1e2", "123456789012345678901234567890", "-0.1E-07",
                             "18446744073709551615", "-9223372036854775809"}) {
    CHECK(read(number).text == number);
    CHECK(read(fmt::format("[{}]", number)).items.at(0).text == number);
  }
}

TEST_CASE("a key that comes twice in a line is reported where it stands") {
  Problems problems("f");
  const Node root = parse_json_line(R"({"a":1,"é":2,"a":3})", 2, problems);
  CHECK(root.entries.size() == 2);
  REQUIRE(problems.sorted().size() == 1);
  CHECK(to_string(problems.sorted()[0]) == "f:2:14: duplicate key 'a', first at line 2, column 2");
}

TEST_CASE("keys of JSON are never taken for merge keys or missing ones") {
  CHECK(read(R"({"<<":1,"":2})").entries.size() == 2);
}

TEST_CASE("what is no JSON is refused where it stands") {
  struct Case {
    std::string_view line;
    const char* expected;
  };
  const Case cases[] = {
      {"", "7:1: the line ends in the middle of a value"},
      {"  ", "7:3: the line ends in the middle of a value"},
      {R"({"a":)", "7:6: the line ends in the middle of a value"},
      {R"({"a":1)", "7:7: the line ends in the middle of a value"},
      {R"({"é": "x)", "7:7: this quote is not closed"},
      {R"({"a":tru)", "7:9: the line ends in the middle of a value"},
      {R"({"a" 1})", "7:6: this is not expected here"},
      {R"({"a",1})", "7:5: this is not expected here"},
      {R"({"a"::1})", "7:6: this is not expected here"},
      {R"({"a": 1 "b": 2})", "7:9: this is not expected here"},
      {R"({"a": 1, , "b": 2})", "7:10: this is not expected here"},
      {R"({"a": [1 2]})", "7:10: this is not expected here"},
      {R"([1,])", "7:4: this is not expected here"},
      {R"([1})", "7:3: this is not expected here"},
      {R"({{)", "7:2: this is not expected here"},
      {R"({"é": 1} {})", "7:10: this is not expected here"},
      {R"({a: 1})", "7:2: this is no JSON: text must be in double quotes"},
      {R"({'a': 1})", "7:2: this is no JSON: text must be in double quotes"},
      {R"({"a": True})", "7:7: this is no JSON: text must be in double quotes"},
      {R"({"a": 1} // x)", "7:10: this is no JSON: text must be in double quotes"},
      {R"([-])", "7:3: this is no number: JSON's are like -1, 0.5 and 2e3"},
      {R"([1.])", "7:4: this is no number: JSON's are like -1, 0.5 and 2e3"},
      {R"([010])", "7:3: this is not expected here"},
      {R"([-1.5e+3-2])", "7:9: this is not expected here"},
      {R"([nullnull])", "7:6: this is not expected here"},
      {R"([1e999])", "7:2: the number '1e999' is too large"},
      {R"({"a": "\q"})", "7:9: unknown escape: write \\\\ for a backslash"},
      {R"({"a": "\u12x4"})", "7:12: \\u must be followed by four hexadecimal digits"},
      {R"({"a": "\ud800x"})", "7:14: \\uD800 to \\uDFFF come in pairs only"},
      {R"({"a": "\udc00"})", "7:13: \\uD800 to \\uDFFF come in pairs only"},
      {"{\"é\": \"a\tb\"}", "7:9: this character must be escaped, as in \\n"},
      {"{\"é\": \"\xff\"}", "7:8: this byte is not UTF-8"},
      {std::string_view("{}\0{}", 5), "7:3: a NUL character is not allowed"},
      {R"({"é": "a\u0000"})", "7:7: text with a NUL character cannot be stored"},
      {R"({"\u0000": 1})", "7:2: text with a NUL character cannot be stored"},
  };
  for (const Case& c : cases) {
    INFO(c.line);
    CHECK(error_of(c.line) == c.expected);
  }
}

TEST_CASE("a byte order mark in front of JSON changes nothing") {
  CHECK(read("\xef\xbb\xbf{\"a\": 1}").entries.at(0).mark.column == 2);
}

TEST_CASE("nesting of JSON is limited") {
  const auto nested = [](int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']');
  };
  CHECK(error_of(nested(max_depth)).empty());
  CHECK(error_of(nested(max_depth + 1)) == "7:33: nested more than 32 levels deep");
  CHECK(error_of(std::string(1'000'000, '[')) == "7:33: nested more than 32 levels deep");
}

TEST_CASE("a line of any length is read in one go") {
  constexpr std::size_t many = 1'000'000;
  std::string list = "[";
  for (std::size_t i = 0; i < many / 10; ++i) list += "\"é\", 1, ";
  CHECK(read(list + "2]").items.back().mark.column ==
        static_cast<int>(list.size() - many / 10 + 1));
  CHECK(read("\"" + std::string(many, 'x') + "\"").text.size() == many);
  CHECK(error_of("\"" + std::string(many, 'x')) == "7:1: this quote is not closed");
  CHECK(error_of(std::string(many, '1')).ends_with("…' is too large"));
}

/// A JSON text with a few bytes changed, taken out or put in.
std::string mutated(std::string text, std::mt19937& random) {
  constexpr std::string_view bytes = "{}[]:,\"\\ 0123456789.eE+-truefalsn/u\t\xc3\xa9";
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  for (std::size_t i = below(4); i > 0 && !text.empty(); --i) {
    const std::size_t at = below(text.size());
    const char byte = bytes[below(bytes.size())];
    switch (below(3)) {
      case 0: text[at] = byte; break;
      case 1: text.erase(at, 1); break;
      default: text.insert(at, 1, byte);
    }
  }
  return text;
}

TEST_CASE("exactly what is JSON is read, and means the same") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string line =
      R"({"p": {"text": "a\u00e9\n", "list": [1, -2.5e3, true, null, {"x": []}], "é": "\ud83d\ude00"}})";
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = mutated(line, random);
    const auto expected = nlohmann::json::parse(text, nullptr, false);
    const std::string error = error_of(text);
    CAPTURE(text, error);
    // What only we refuse.
    if (error.find("NUL") != std::string::npos) continue;
    REQUIRE(expected.is_discarded() == !error.empty());
    if (expected.is_discarded()) continue;
    ++accepted;
    Problems problems("f");
    const Node node = parse_json_line(text, 1, problems);
    if (problems.empty()) REQUIRE(to_json(node, "v", problems) == expected);
  }
  CHECK(accepted > 1000);
}

}  // namespace
}  // namespace llmctl::yaml
