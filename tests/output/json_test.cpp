#include "output/json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "output/sanitize.h"
#include "tests/output/printing.h"

namespace llmctl::output {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST_CASE("json is one document with the database, the rows and the way on") {
  Report report = every_kind();
  report.cursor = "next\"page";
  Style style;
  style.format = Format::json;
  style.database = "sqlite:a.db";
  style.database_source = "--db";
  CHECK(printed(report, style) == R"({
  "database": {
    "url": "sqlite:a.db",
    "source": "--db"
  },
  "messages": [
    {
      "id": "0192f0c1-7c1e-7abc-8def-0123456789ab",
      "created_at": "2026-10-01T12:00:00.250000Z",
      "pending": true,
      "tokens": 1234,
      "cost_usd": "0.00425",
      "content": "hello, \"world\"",
      "state": {
        "a": "x:y,{",
        "b": [
          1,
          2,
          {}
        ]
      }
    },
    {
      "id": null,
      "created_at": null,
      "pending": null,
      "tokens": null,
      "cost_usd": null,
      "content": null,
      "state": null
    }
  ],
  "next_cursor": "next\"page"
}
)");
}

TEST_CASE("a single record is an object in json") {
  Report report = list_of({std::string("a")});
  report.name = "item";
  report.single = true;
  CHECK(printed(report, Format::json) == "{\n  \"item\": {\n    \"item\": \"a\"\n  }\n}\n");
  CHECK(printed(report, Format::jsonl) == "{\"item\":\"a\"}\n");
  report.rows.clear();
  CHECK(printed(report, Format::json) == "{\n  \"item\": null\n}\n");
}

TEST_CASE("jsonl is one compact record a line") {
  CHECK(
      printed(every_kind(), Format::jsonl) ==
      R"({"id":"0192f0c1-7c1e-7abc-8def-0123456789ab","created_at":"2026-10-01T12:00:00.250000Z",)"
      R"("pending":true,"tokens":1234,"cost_usd":"0.00425","content":"hello, \"world\"",)"
      R"("state":{"a":"x:y,{","b":[1,2,{}]}})"
      "\n"
      R"({"id":null,"created_at":null,"pending":null,"tokens":null,"cost_usd":null,"content":null,)"
      R"("state":null})"
      "\n");
}

TEST_CASE("json strings escape what could deceive and leave the rest as it is") {
  struct Case {
    std::string text, expected;
  };
  const std::vector<Case> cases{
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"\"\\/", R"("\"\\/")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {std::string("\0\x1b\x7f", 3), R"("\u0000\u001b\u007f")"},
      {"grüße 日本 😀", "\"grüße 日本 😀\""},
      {"\u009b\u202e\u2066\u200b", R"("\u009b\u202e\u2066\u200b")"},
      {"\U000e0041", R"("\udb40\udc41")"},
      {"a\xff\xc0\xaf", "\"a\ufffd\ufffd\ufffd\""},
      {"cut \xf0\x9f\x98", "\"cut \ufffd\ufffd\ufffd\""},
  };
  for (const Case& c : cases) CHECK(json_string(c.text) == c.expected);
}

TEST_CASE("every code point survives json unchanged") {
  for (char32_t value = 0; value <= 0x10ffff; value += value < 0x3000 ? 1 : 61) {
    if (value >= 0xd800 && value <= 0xdfff) continue;
    const nlohmann::json unit = {static_cast<std::uint32_t>(value)};
    std::string utf8;
    if (value < 0x80) {
      utf8 = {static_cast<char>(value)};
    } else if (value < 0x800) {
      utf8 = {static_cast<char>(0xc0 | value >> 6), static_cast<char>(0x80 | (value & 0x3f))};
    } else if (value < 0x10000) {
      utf8 = {static_cast<char>(0xe0 | value >> 12), static_cast<char>(0x80 | (value >> 6 & 0x3f)),
              static_cast<char>(0x80 | (value & 0x3f))};
    } else {
      utf8 = {static_cast<char>(0xf0 | value >> 18), static_cast<char>(0x80 | (value >> 12 & 0x3f)),
              static_cast<char>(0x80 | (value >> 6 & 0x3f)),
              static_cast<char>(0x80 | (value & 0x3f))};
    }
    const std::string shown = json_string(utf8);
    if (nlohmann::json::parse(shown).get<std::string>() != utf8) FAIL("lost " << unit);
    if (is_deceptive(value) && find_invalid_utf8(shown).has_value()) FAIL("broken " << unit);
  }
}

TEST_CASE("stored json is printed as a value, and as a string when it is none") {
  struct Case {
    std::string stored, compact, pretty;
  };
  const std::string deep(100'000, '[');
  const std::vector<Case> cases{
      {R"({ "z": 1e2, "a": [] })", R"({"a":[],"z":100})",
       "{\n        \"a\": [],\n        \"z\": 100\n      }"},
      {R"(["]", "\"[", "\\"])", R"(["]","\"[","\\"])",
       "[\n        \"]\",\n        \"\\\"[\",\n        \"\\\\\"\n      ]"},
      {"null", "null", "null"},
      {"{oops", R"("{oops")", R"("{oops")"},
      {"\"\xff\"", R"("\"\ufffd\"")", R"("\"\ufffd\"")"},
      {deep, '"' + deep + '"', '"' + deep + '"'},
  };
  for (const Case& c : cases) {
    const Report report = list_of({JsonText{c.stored}});
    CHECK(printed(report, Format::jsonl) == "{\"item\":" + c.compact + "}\n");
    CHECK(printed(report, Format::json) == "{\n  \"items\": [\n    {\n      \"item\": " + c.pretty +
                                               "\n    }\n  ],\n  \"next_cursor\": null\n}\n");
  }
}

}  // namespace
}  // namespace llmctl::output
