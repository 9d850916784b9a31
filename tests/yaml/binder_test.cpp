#include "yaml/binder.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "yaml/reader.h"

namespace llmctl::yaml {
namespace {

/// The value of `v: …`.
Node value(const std::string& text) {
  return parse(fmt::format("v: {}\n", text), "f").entries.at(0).value;
}

/// What `read` says about a value: the message, or nothing when it takes it.
template <class Read>
std::string message(const std::string& text, Read read) {
  Problems problems("f");
  read(value(text), "v", problems);
  return problems.empty() ? "" : problems.sorted().at(0).message;
}

TEST_CASE("look-alikes of other types are recognised") {
  struct Case {
    const char* text;
    const char* like;
  };
  const Case cases[] = {
      {"no", "a boolean"},
      {"Yes", "a boolean"},
      {"ON", "a boolean"},
      {"off", "a boolean"},
      {"true", "a boolean"},
      {"False", "a boolean"},
      {"null", "null"},
      {"~", "null"},
      {"NULL", "null"},
      {"1", "a number"},
      {"010", "a number"},
      {"-5", "a number"},
      {"+5", "a number"},
      {"1.5", "a number"},
      {".5", "a number"},
      {"5.", "a number"},
      {"1e3", "a number"},
      {"1E-3", "a number"},
      {"1_000", "a number"},
      {"0x1F", "a number"},
      {"0o17", "a number"},
      {"0b11", "a number"},
      {".inf", "a number"},
      {"-.INF", "a number"},
      {".nan", "a number"},
      {"12:30", "a number"},
      {"1:02:03.5", "a number"},
      {"2026-10-01", "a date"},
      {"2026-1-1", "a date"},
      {"2026-10-01T12:00:00Z", "a date"},
      {"2026-10-01 12:00", "a date"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(look_alike(c.text) == c.like);
  }
  for (const char* text :
       {"",     "x",     "nope",  "y",       "n",       "1.5.2",       "v1",
        "3com", "a:b",   "-",     "+",       ".",       "..",          "e3",
        "0x",   "1e",    "12:75", "10:30:x", "2026-10", "2026-10-01x", "2026-10-01-02",
        "1-2",  "gpt-4", "_1",    "12:"}) {
    INFO(text);
    CHECK_FALSE(look_alike(text));
  }
}

TEST_CASE("text is taken as it is, look-alikes only in quotes") {
  CHECK(message("hello world", read_text).empty());
  CHECK(message("'no'", read_text).empty());
  CHECK(message("\"\"", read_text).empty());
  CHECK(message("no", read_text) == "v: must be text, but 'no' may be read as a boolean: quote it");
  CHECK(message("2026-10-01", read_text) ==
        "v: must be text, but '2026-10-01' may be read as a date: quote it");
  CHECK(message("", read_text) == "v: has no value: write \"\" for an empty text");
  CHECK(message("[a]", read_text) == "v: must be text, not a list");
  CHECK(message("{a: b}", read_text) == "v: must be text, not a mapping");
}

TEST_CASE("integers are spelled as JSON spells them") {
  Problems problems("f");
  CHECK(read_integer(value("4096"), "v", problems) == 4096);
  CHECK(read_integer(value("-1"), "v", problems) == -1);
  CHECK(read_integer(value("0"), "v", problems) == 0);
  CHECK(read_integer(value("2147483647"), "v", problems) == 2147483647);
  CHECK(problems.empty());
  CHECK(message("\"5\"", read_integer) == "v: must be a whole number: remove the quotes");
  CHECK(message("2147483648", read_integer) == "v: '2147483648' does not fit into 32 bits");
  CHECK(message("99999999999999999999", read_integer) ==
        "v: '99999999999999999999' does not fit into 32 bits");
  for (const char* text : {"010", "1e3", "1.0", "0x10", "+1", "1_000", "x", "true", "~", "null"}) {
    INFO(text);
    CHECK(message(text, read_integer) ==
          fmt::format("v: '{}' is not a whole number like 4096", text));
  }
}

TEST_CASE("booleans are true and false, nothing else") {
  Problems problems("f");
  CHECK(read_boolean(value("true"), "v", problems) == true);
  CHECK(read_boolean(value("false"), "v", problems) == false);
  CHECK(problems.empty());
  CHECK(message("'true'", read_boolean) == "v: must be true or false: remove the quotes");
  for (const char* text : {"yes", "no", "on", "True", "FALSE", "1", "0", "null"}) {
    INFO(text);
    CHECK(message(text, read_boolean) == fmt::format("v: must be true or false, not '{}'", text));
  }
}

TEST_CASE("decimals are quoted and have at most six places") {
  Problems problems("f");
  CHECK(read_decimal(value("\"0.0025\""), "v", problems) == Decimal{2500});
  CHECK(read_decimal(value("'12'"), "v", problems) == Decimal{12'000'000});
  CHECK(problems.empty());
  CHECK(message("0.5", read_decimal) ==
        "v: a decimal must be quoted, so that it stays exact: \"0.5\"");
  const std::string wrong =
      " is not a decimal like \"0.0025\" with at most four digits before the point and six after "
      "it";
  for (const char* text : {"0.1234567", "12345", "1e-3", ".5", "1,5", "x"}) {
    INFO(text);
    CHECK(message(fmt::format("\"{}\"", text), read_decimal) ==
          fmt::format("v: '{}'{}", text, wrong));
  }
}

TEST_CASE("free-form values become JSON, and only what JSON spells so is a number") {
  Problems problems("f");
  const nlohmann::json json = to_json(value("{a: 1, b: -2.5, c: 1e2, d: true, e: null, f: text, g: "
                                            "'010', h: [x, {y: []}], i: 9223372036854775807}"),
                                      "v", problems);
  CHECK(problems.empty());
  CHECK(json.dump() ==
        R"({"a":1,"b":-2.5,"c":100.0,"d":true,"e":null,"f":"text","g":"010","h":["x",{"y":[]}],)"
        R"("i":9223372036854775807})");
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"no", "v: 'no' may be read as a boolean: quote it"},
      {"True", "v: 'True' may be read as a boolean: quote it"},
      {"~", "v: '~' may be read as null: quote it"},
      {"010", "v: '010' may be read as a number: quote it"},
      {"1_000", "v: '1_000' may be read as a number: quote it"},
      {"0x1F", "v: '0x1F' may be read as a number: quote it"},
      {".inf", "v: '.inf' may be read as a number: quote it"},
      {"+1", "v: '+1' may be read as a number: quote it"},
      {"1.", "v: '1.' may be read as a number: quote it"},
      {"2026-10-01", "v: '2026-10-01' may be read as a date: quote it"},
      {"1e999", "v: the number '1e999' is too large: quote it"},
      {"9223372036854775808", "v: the number '9223372036854775808' is too large: quote it"},
      {"{a: [1, {b: off}]}", "v.a[1].b: 'off' may be read as a boolean: quote it"},
      {"{on: 1}", "v: the key 'on' may be read as a boolean: quote it"},
      {"{a: }", "v.a: has no value: write null, or \"\" for an empty text"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(message(c.text, to_json) == c.message);
  }
}

/// The value of `v: …` as if its text had come from a variable.
Node expanded(const std::string& text) {
  Node node = value(text);
  node.expanded = true;
  return node;
}

TEST_CASE("text from a variable is what the field wants, however it is quoted") {
  Problems problems("f");
  for (const char* quote : {"", "\""}) {
    const auto quoted = [&](const char* text) {
      return expanded(fmt::format("{}{}{}", quote, text, quote));
    };
    CHECK(read_text(quoted("no"), "v", problems) == "no");
    CHECK(read_text(quoted("5"), "v", problems) == "5");
    CHECK(read_text(quoted(""), "v", problems) == "");
    CHECK(read_integer(quoted("4096"), "v", problems) == 4096);
    CHECK(read_boolean(quoted("true"), "v", problems) == true);
    CHECK(read_decimal(quoted("0.5"), "v", problems)->millionths == 500'000);
  }
  CHECK(problems.empty());
}

TEST_CASE("text from a variable that the field cannot hold is refused") {
  const auto refusal = [](auto read, const char* text) {
    Problems problems("f");
    CHECK_FALSE(read(expanded(text), "v", problems));
    return problems.sorted().at(0).message;
  };
  CHECK(refusal(read_integer, "\"x\"") == "v: 'x' is not a whole number like 4096");
  CHECK(refusal(read_integer, "") == "v: '' is not a whole number like 4096");
  CHECK(refusal(read_boolean, "yes") == "v: must be true or false, not 'yes'");
  CHECK(refusal(read_text, "[a]") == "v: must be text, not a list");
}

TEST_CASE("in a free-form value, unquoted text from a variable is what it spells") {
  Problems problems("f");
  const auto json = [&problems](const char* text) {
    return to_json(expanded(text), "v", problems);
  };
  CHECK(json("null") == nullptr);
  CHECK(json("true") == true);
  CHECK(json("5") == 5);
  CHECK(json("-0.5") == -0.5);
  CHECK(json("yes") == "yes");
  CHECK(json("2026-10-01") == "2026-10-01");
  CHECK(json("") == "");
  CHECK(json("\"5\"") == "5");
  CHECK(json("\"null\"") == "null");
  CHECK(problems.empty());
}

TEST_CASE("the place of a problem deep in a free-form value is spelt out, long keys shortened") {
  CHECK(message("{a: [{b: on}]}", to_json) == "v.a[0].b: 'on' may be read as a boolean: quote it");
  CHECK(message("{" + std::string(61, 'k') + ": on}", to_json) ==
        "v." + std::string(60, 'k') + ": 'on' may be read as a boolean: quote it");
}

TEST_CASE("wide and deep free-form values take no longer than their length allows") {
  std::string items;
  for (int i = 0; i < 50'000; ++i) items += "x, ";
  std::string keys;
  for (int i = 0; i < 50'000; ++i) keys += fmt::format("k{}: x, ", i);
  const Node wide =
      parse(fmt::format("{}:\n  [{}]\nkeys: {{{}}}\n", std::string(900, 'k'), items, keys), "f");
  Problems problems("f");
  CHECK(to_json(wide, "v", problems).at("keys").size() == 50'000);
  CHECK(problems.empty());
}

TEST_CASE("unknown keys are named with the nearest known one") {
  const std::vector<std::string> known{"name", "max_tokens"};
  const auto check = [&](const Node& node, std::string_view name, Problems& problems) {
    check_keys(node, name, known, problems);
  };
  CHECK(message("{name: x, max_tokens: 1}", check).empty());
  CHECK(message("{\"<<\": 1}", check) == "unknown key '<<'");
  CHECK(message("{\"\": 1}", check) == "unknown key ''");
  CHECK(message("{max_token: 1}", check) == "unknown key 'max_token', did you mean 'max_tokens'?");
  CHECK(message("{completely_different: 1}", check) == "unknown key 'completely_different'");
  CHECK(message("[]", check) == "v: must be a mapping, not a list");
  CHECK(message("", check) == "v: has no value: write {} for an empty mapping");
}

TEST_CASE("values in messages are shortened and made visible") {
  CHECK(in_quotes("a\nb\tc\x01") == "'a\\nb\\tc\\x01'");
  CHECK(in_quotes(std::string(61, 'x')) == fmt::format("'{}…'", std::string(60, 'x')));
}

}  // namespace
}  // namespace llmctl::yaml
