#include "output/sanitize.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/output/printing.h"

namespace llmctl::output {
namespace {

const std::vector<std::string> attacks{
    "\x1b[2J\x1b[H",                                 // CSI: clear the screen
    "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\",  // OSC 8: link
    "\x1b]52;c;cm0gLXJmIH4=\a",                      // OSC 52: clipboard
    "\x1b]0;title\a",                                // window title
    "\x1bP+q544e\x1b\\",                             // DCS: XTGETTCAP
    "\x1bP$qm\x1b\\",                                // DECRQSS
    "\x1b_Gf=100\x1b\\",                             // APC
    "\x1b^pm\x1b\\",                                 // PM
    "\u009b2J",                                      // C1 CSI as UTF-8
    "\u009d0;title\u009c",                           // C1 OSC
    "\x9b"
    "2J",                                      // C1 CSI as a raw byte
    "user\rroot",                              // lone CR
    "safe\b\b\b\bevil",                        // backspaces
    "\x0e\x0f\x05",                            // character sets, answerback
    "\x7f",                                    // DEL
    "invoice\u202egpj.exe",                    // right-to-left override
    "\u2066isolate\u2069 \u200e\u200f\u061c",  // isolates and marks
    "\U000e0068\U000e0069\U000e007f",          // tags
    "pass\u200bword \u2060\ufeff",             // zero width
    "a\u200db",                                // a joiner that joins no emoji
    "\xc0\x9b\xe0\x80\x9b\xf0\x80\x80\x9b",    // overlong ESC
    "\xc1\xbf\xed\xa0\x80\xf4\x90\x80\x80",    // surrogates, beyond U+10FFFF
    "\xf0\x9f\x98",                            // cut short
    std::string("nul\0byte", 8),
    "line\u2028separator\u2029",
};

/// Everything a terminal could act on.
bool is_harmless(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = next_code_point(text);
    if (!next.valid || (is_deceptive(next.value) && next.value != '\n')) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

TEST_CASE("no control byte survives in text") {
  for (const std::string& attack : attacks) {
    CAPTURE(attack);
    CHECK_FALSE(is_harmless(attack));
    CHECK(is_harmless(sanitize(attack, true)));
    CHECK(is_harmless(sanitize(attack, false)));
    Report report = list_of({attack, "before " + attack + attack + " after"});
    report.text_notes = {attack};
    report.cursor = attack;
    CHECK(is_harmless(printed(report, Format::text)));
    report.single = true;
    CHECK(is_harmless(printed(report, Format::text)));
    report.rows.clear();
    report.empty_text = attack;
    CHECK(is_harmless(printed(report, Format::text)));
    report.text = attack;
    Style style;
    style.to_terminal = true;
    for (const Format format : {Format::text, Format::json, Format::jsonl}) {
      style.format = format;
      CHECK(is_harmless(printed(report, style)));
    }
  }
}

TEST_CASE("no pair of bytes slips through") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), 'x'};
      if (!is_harmless(sanitize(text, false))) FAIL("bytes " << first << " " << second);
    }
  }
}

TEST_CASE("what is not shown is spelt out") {
  struct Case {
    std::string text, kept, flat;
  };
  const std::vector<Case> cases{
      {"", "", ""},
      {"plain ~", "plain ~", "plain ~"},
      {"grüße 日本 😀", "grüße 日本 😀", "grüße 日本 😀"},
      {"a\nb\tc", "a\nb\tc", "a b c"},
      {"a\r\nb", "a\nb", "a b"},
      {"a\n\n\tb", "a\n\n\tb", "a b"},
      {"a\rb", "a\\x0db", "a\\x0db"},
      {"\x1b\x7f", "\\x1b\\x7f", "\\x1b\\x7f"},
      {"\u009b", "\\u009b", "\\u009b"},
      {"\u202e", "\\u202e", "\\u202e"},
      {"\U000e0041", "\\U000e0041", "\\U000e0041"},
      {"\xff", "\\xff", "\\xff"},
      {"\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf"},
      {"e\u0301", "e\u0301", "e\u0301"},
  };
  for (const Case& c : cases) {
    CHECK(sanitize(c.text, true) == c.kept);
    CHECK(sanitize(c.text, false) == c.flat);
  }
}

TEST_CASE("a joiner stays between emoji only") {
  struct Case {
    std::string text, expected;
  };
  const std::vector<Case> cases{
      {"👨‍👩‍👧", "👨‍👩‍👧"},
      {"❤️‍🔥", "❤️‍🔥"},
      {"👩🏽‍⚕️", "👩🏽‍⚕️"},
      {"👨\u200d", "👨\\u200d"},
      {"👨\u200dx", "👨\\u200dx"},
      {"x\u200d👨", "x\\u200d👨"},
      {"👨x\u200d👨", "👨x\\u200d👨"},
      {"👨\u200d\u200d👨", "👨\\u200d\\u200d👨"},
  };
  for (const Case& c : cases) CHECK(sanitize(c.text, false) == c.expected);
}

}  // namespace
}  // namespace llmctl::output
