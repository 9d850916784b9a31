#include "output/difference.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace llmctl::output {
namespace {

using Lines = std::vector<std::string>;

Lines describe(const std::string& before, const std::string& after) {
  return describe_difference("f", {before}, {after});
}

JsonText text(const std::string& value) { return {nlohmann::json(value).dump()}; }

TEST_CASE("values are told as before and after") {
  struct Case {
    const char* before;
    const char* after;
    const char* line;
  };
  const Case cases[] = {
      {"true", "false", "f: yes → no"},
      {"4096", "8192", "f: 4096 → 8192"},
      {"null", R"("0.150000")", "f: - → 0.150000"},
      {R"("")", R"("two words")", "f: '' → 'two words'"},
      {R"("a")", "null", "f: a → -"},
      {"[]", R"(["a","b"])", "f: added a, b"},
      {R"(["a","b"])", R"(["b","c"])", "f: added c; removed a"},
      {R"(["a","b"])", R"(["b","a"])", R"(f: ["a","b"] → ["b","a"])"},
      {"[1]", "[2]", "f: [1] → [2]"},
      {R"j({"k":"(secret)"})j", R"j({ "k": "(secret)" })j", "f: a secret in it changed"},
      {R"("a\u001b[31m")", R"("b")", R"(f: a\x1b[31m → b)"},
  };
  for (const Case& c : cases) CHECK(describe(c.before, c.after) == Lines{c.line});
}

TEST_CASE("mappings are told key by key") {
  CHECK(describe(R"({"a":{"b":1,"c":[1]},"gone":null,"same":0})",
                 R"({"a":{"b":2,"c":[1]},"new":{"x":1},"same":0})") ==
        Lines{"f.a.b: 1 → 2", "f.gone: removed -", R"(f.new: added {"x":1})"});
}

TEST_CASE("long texts are told by an excerpt around the first difference") {
  const std::string start = "You are a lawyer who answers questions about data protection. ";
  const auto lines = describe_difference("f", text(start + "Be brief.\nThank you."),
                                         text(start + "Be polite.\nThank you."));
  CHECK(lines == Lines{"f: 82 → 83 characters", "  - …data protection. Be brief. Thank you.",
                       "  + …data protection. Be polite. Thank you."});
  CHECK(describe_difference("f", text(""), text(start)) ==
        Lines{"f: 0 → 62 characters", "  + You are a lawyer who answers questions about data …"});
  CHECK(describe_difference("f", text(start + "x"), text(start)) ==
        Lines{"f: 63 → 62 characters", "  - …ut data protection. x", "  + …ut data protection. "});
}

TEST_CASE("an excerpt never cuts a character in two, and no line grows with the text") {
  const std::string before(200'000, 'a');
  const std::string umlauts = "äöü" + before;
  // ä and ö begin with the same byte.
  for (const auto& [left, right] :
       {std::pair{text(umlauts + "ä"), text(umlauts + "ö")},
        std::pair{text("ä" + before), text("ö")}, std::pair{text(before), text("ü")}}) {
    for (const std::string& line : describe_difference("f", left, right)) {
      CHECK_FALSE(find_invalid_utf8(line));
      CHECK(display_width(line) <= 76);
    }
  }
}

TEST_CASE("what would be too wide for a terminal goes on lines of its own") {
  const std::string old_name(45, 'a');
  const std::string new_name(45, 'b');
  CHECK(describe_difference("f", text(old_name), text(new_name)) ==
        Lines{"f:", "  - " + old_name, "  + " + new_name});
  CHECK(describe("[\"" + old_name + "\"]", "[\"" + new_name + "\"]") ==
        Lines{"f: added " + new_name, "f: removed " + old_name});
  const std::string numbers = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23";
  CHECK(describe(numbers + ",0]", numbers + ",1]") == Lines{"f: 63 → 63 characters",
                                                            "  - …7,18,19,20,21,22,23,0]",
                                                            "  + …7,18,19,20,21,22,23,1]"});
}

}  // namespace
}  // namespace llmctl::output
