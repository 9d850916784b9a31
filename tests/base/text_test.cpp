#include "base/text.h"

#include <catch2/catch.hpp>

namespace llmctl {
namespace {

TEST_CASE("the first byte that is not UTF-8 is found") {
  struct Case {
    std::string text;
    std::optional<std::size_t> at;
  };
  const Case cases[] = {
      {"", {}},
      {"abc", {}},
      {"\u00e9\u20ac\U0001F600\U0010FFFF\ud7ff\ue000", {}},
      {"ab\xff", 2},
      {"\x80", 0},
      {"\xc3", 0},
      {"a\xe2\x82", 1},
      {"\xf0\x9f\x98", 0},
      {"\xc0\x80", 0},          // overlong
      {"\xc1\xbf", 0},          // overlong
      {"\xe0\x80\x80", 0},      // overlong
      {"\xf0\x80\x80\x80", 0},  // overlong
      {"\xed\xa0\x80", 0},      // surrogate
      {"\xed\xbf\xbf", 0},      // surrogate
      {"\xf4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"\xf5\x80\x80\x80", 0},
      {"\xc3\x28", 0},
      {"\u00e9\xe2\x28\xa1", 2},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(find_invalid_utf8(c.text) == c.at);
    // Where in a text it stands changes nothing.
    for (std::size_t before = 1; before < 20; ++before) {
      const std::string text = std::string(before, 'x') + std::string(c.text) + std::string(9, 'x');
      if (c.at) CHECK(find_invalid_utf8(text) == *c.at + before);
    }
  }
}

TEST_CASE("code points are counted and cut, not bytes") {
  const std::string text = "a\u00e9\u20ac\U0001F600";
  CHECK(count_code_points(text) == 4);
  CHECK(first_code_points(text, 0).empty());
  CHECK(first_code_points(text, 2) == "a\u00e9");
  CHECK(first_code_points(text, 3) == "a\u00e9\u20ac");
  CHECK(first_code_points(text, 4) == text);
  CHECK(first_code_points(text, 99) == text);
}

TEST_CASE("a code point is read with its length, an invalid byte alone") {
  CHECK(next_code_point("\u20acx").value == 0x20ac);
  CHECK(next_code_point("\u20acx").length == 3);
  CHECK(next_code_point("\U0001F600").value == 0x1f600);
  const CodePoint invalid = next_code_point("\xe2\x82");
  CHECK_FALSE(invalid.valid);
  CHECK(invalid.length == 1);
  CHECK(invalid.value == 0xe2);
}

TEST_CASE("a terminal gives wide characters two columns and combining marks none") {
  struct Case {
    std::string text;
    int width;
  };
  const Case cases[] = {{"", 0},        {"abc", 3},          {"\u00e9", 1},
                        {"e\u0301", 1}, {"\u4e2d\u6587", 4}, {"\U0001F600", 2},
                        {"\uac00", 2},  {"\u200b", 0},       {"\uff21", 2}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(display_width(c.text) == c.width);
  }
}

TEST_CASE("blanks are trimmed at both ends, case is lowered in ASCII alone") {
  CHECK(trim(" \t\r\n a b \n") == "a b");
  CHECK(trim(" \n").empty());
  CHECK(trim("").empty());
  CHECK(to_lower_ascii("ABC-xyz-\u00c9") == "abc-xyz-\u00c9");
}

TEST_CASE("a typo finds the nearest candidate, and a stranger none") {
  const std::vector<std::string> names{"agents", "tools", "llm_providers", "set"};
  struct Case {
    std::string text;
    std::optional<std::string> nearest;
  };
  const Case cases[] = {
      {"agent", "agents"},
      {"AGENTS", "agents"},
      {"tolos", "tools"},
      {"llm_provider", "llm_providers"},
      {"llmproviders", "llm_providers"},
      {"ste", "set"},
      {"sets", "set"},
      {"conversations", {}},
      {"x", {}},
      {"", {}},
      {"hammer", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(nearest(c.text, names) == c.nearest);
    CHECK(did_you_mean(c.text, names) == (c.nearest ? "did you mean '" + *c.nearest + "'?" : ""));
  }
  CHECK_FALSE(nearest("anything", {}));
}

}  // namespace
}  // namespace llmctl
