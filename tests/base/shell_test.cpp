#include "base/shell.h"

#include <catch2/catch.hpp>

namespace llmctl {
namespace {

TEST_CASE("a text becomes one word of a shell") {
  struct Case {
    std::string text;
    std::string word;
  };
  const Case cases[] = {{"/srv/chat.db", "/srv/chat.db"},
                        {"no dir", "'no dir'"},
                        {"$HOME", "'$HOME'"},
                        {"~", "'~'"},
                        {"it's", "'it'\\''s'"},
                        {"", "''"}};
  for (const Case& c : cases) CHECK(shell_quoted(c.text) == c.word);
}

}  // namespace
}  // namespace llmctl
