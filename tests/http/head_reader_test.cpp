#include "http/head_reader.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmctl::http {
namespace {

/// The head that these lines make, without their ends.
std::optional<ReplyHead> read(HeadReader& reader, const std::vector<std::string>& lines) {
  std::optional<ReplyHead> result;
  for (const std::string& line : lines) {
    auto head = reader.feed(line + "\r\n");
    REQUIRE_FALSE((head && result));
    if (head) result = std::move(head);
  }
  return result;
}

TEST_CASE("a head is a status and headers") {
  HeadReader reader(1000);
  const auto head = read(reader, {"HTTP/1.1 404 Not Found", "Content-Type:  text/plain ",
                                  "x-empty:", "x-folded: one", "  two", ""});
  REQUIRE(head);
  CHECK(head->status == 404);
  CHECK(head->headers ==
        Headers{{"Content-Type", "text/plain"}, {"x-empty", ""}, {"x-folded", "one two"}});
  CHECK_FALSE(reader.problem());
}

TEST_CASE("a status needs no reason, and the version may be 2") {
  for (const std::string line : {"HTTP/2 200", "HTTP/1.0 200 ", "HTTP/1.1 200"}) {
    CAPTURE(line);
    HeadReader reader(1000);
    const auto head = read(reader, {line, ""});
    REQUIRE(head);
    CHECK(head->status == 200);
  }
}

TEST_CASE("interim replies and trailers are no head") {
  HeadReader reader(1000);
  const auto head =
      read(reader, {"HTTP/1.1 100 Continue", "x-interim: 1", "", "HTTP/1.1 103 Early Hints", "",
                    "HTTP/1.1 200 OK", "x-final: 1", "", "x-trailer: 1", ""});
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->headers == Headers{{"x-final", "1"}});
}

TEST_CASE("no head comes of lines that are none") {
  for (const std::vector<std::string>& lines : std::vector<std::vector<std::string>>{
           {"hello", ""},
           {"HTTP/1.1", ""},
           {"HTTP/1.1 ", ""},
           {"HTTP/1.1 20", ""},
           {"HTTP/1.1 abc", ""},
           {"HTTP/1.1 099", ""},
           {"HTTP/1.1 -99", ""},
           {"HTTP/1.1 200 OK", "no colon", ""},
           {"HTTP/1.1 101 Switching Protocols", "upgrade: h2c", ""}}) {
    CAPTURE(lines);
    HeadReader reader(1000);
    CHECK_FALSE(read(reader, lines));
    CHECK(reader.problem());
  }
}

TEST_CASE("the limit counts every line, interim ones and trailers too") {
  const std::vector<std::string> interim{"HTTP/1.1 100 Continue", ""};
  HeadReader reader(1000);
  for (int i = 0; i < 40; ++i) CHECK_FALSE(read(reader, interim));
  CHECK_FALSE(reader.problem());
  CHECK_FALSE(read(reader, interim));
  CHECK(reader.problem() == "the head of the reply is longer than 1000 bytes");
}

}  // namespace
}  // namespace llmctl::http
