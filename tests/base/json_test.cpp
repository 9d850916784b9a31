#include "base/json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tests/support/chat.h"

namespace llmctl {
namespace {

std::string nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

TEST_CASE("JSON has one canonical spelling: sorted, without blanks, ASCII, plain whole numbers") {
  struct Case {
    std::string text;
    std::string canonical;
  };
  const Case cases[] = {
      {R"({ "b" : 1 , "a" : [ true , null ] })", R"({"a":[true,null],"b":1})"},
      {"1e2", "100"},
      {"100.0", "100"},
      {"-0.0", "0"},
      {"1.50", "1.5"},
      {"9007199254740993", "9007199254740993"},
      {"18446744073709551615", "18446744073709551615"},
      {R"("\u00e9 \u20ac \ud83d\ude00")", R"("\u00e9 \u20ac \ud83d\ude00")"},
      {"\"\u00e9\"", R"("\u00e9")"},
      {R"("a\/b")", R"("a/b")"},
      {R"({"a":1,"a":2})", R"({"a":2})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(canonical_json(JsonText{c.text}) == c.canonical);
    CHECK(canonical_json(JsonText{c.canonical}) == c.canonical);
    CHECK(canonical_json(parse_json(c.text, "it")) == c.canonical);
  }
}

TEST_CASE("stored text that is no JSON is shown as a string") {
  CHECK(canonical_json(JsonText{"not json"}) == "\"not json\"");
  CHECK(canonical_json(JsonText{""}) == "\"\"");
  CHECK(canonical_json(JsonText{"1e999"}) == "\"1e999\"");
  CHECK(canonical_json(JsonText{"\"\xff\""}) == R"("\"\ufffd\"")");
}

TEST_CASE("JSON is compared by value") {
  CHECK(same_json({R"({"a":1,"b":2.0})"}, {R"({ "b": 2, "a": 1 })"}));
  CHECK_FALSE(same_json({"[1,2]"}, {"[2,1]"}));
  CHECK_FALSE(same_json({"1"}, {"\"1\""}));
  CHECK_FALSE(same_json({"null"}, {"false"}));
  CHECK(same_json({"broken"}, {"broken"}));
}

TEST_CASE("JSON that is not valid is an error with its byte") {
  struct Case {
    std::string text;
    std::string message;
  };
  const Case cases[] = {
      {"", "the file is not valid JSON at byte 1"},
      {"{\"a\": }", "the file is not valid JSON at byte 7"},
      {"[1,]", "the file is not valid JSON at byte 4"},
      {"[1] x", "the file is not valid JSON at byte 5"},
      {"{'a': 1}", "the file is not valid JSON at byte 2"},
      {"[1e999]", "the file has a number that is too large"},
      {"\"\xff\"", "the file is not valid JSON at byte 2"},
      {nested(65), "the file is nested more than 64 levels deep"},
      {nested(100'000), "the file is nested more than 64 levels deep"},
  };
  for (const Case& c : cases) {
    const Error error = test::error_from([&] { parse_json(c.text, "the file"); });
    CHECK(error.kind == ErrorKind::invalid_data);
    CHECK(error.what() == c.message);
  }
  CHECK_NOTHROW(parse_json(nested(64), "the file"));
}

}  // namespace
}  // namespace llmctl
