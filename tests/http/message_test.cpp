#include "http/message.h"

#include <catch2/catch.hpp>
#include <string>

namespace llmctl::http {
namespace {

TEST_CASE("a header is found without regard to case, the first of its name") {
  const Headers headers{{"Content-Type", "a"}, {"content-type", "b"}};
  CHECK(find_header(headers, "CONTENT-TYPE") == "a");
  CHECK_FALSE(find_header(headers, "content"));
}

TEST_CASE("nothing in a request can begin another header") {
  using namespace std::string_literals;
  CHECK_FALSE(find_problem({"GET", "", {{"x-id", "a\tb ü"}, {"empty", ""}}, ""}));
  for (const auto& value : {"a\r\nx: y"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x1b[0m"s, "\x7f"s}) {
    const auto problem = find_problem({"GET", "", {{"x-id", value}}, ""});
    REQUIRE(problem);
    CHECK(*problem == "the request's header 'x-id' holds a line break or control character");
  }
  for (const auto& name : {""s, "x y"s, "x:"s, "x\r\n"s, "x\0"s, "ü"s}) {
    CHECK(find_problem({"GET", "", {{name, "value"}}, ""}));
    CHECK(find_problem({name, "", {}, ""}));
  }
}

}  // namespace
}  // namespace llmctl::http
