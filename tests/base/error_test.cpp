#include "base/error.h"

#include <catch2/catch.hpp>

namespace llmctl {
namespace {

TEST_CASE("each kind of error has its name and its exit code") {
  struct Case {
    ErrorKind kind;
    std::string name;
    int code;
  };
  const Case cases[] = {
      {ErrorKind::failed, "failed", 1},
      {ErrorKind::damaged, "damaged", 3},
      {ErrorKind::usage, "usage", 64},
      {ErrorKind::invalid_data, "invalid_data", 65},
      {ErrorKind::not_found, "not_found", 66},
      {ErrorKind::unavailable, "unavailable", 69},
      {ErrorKind::internal, "internal", 70},
      {ErrorKind::io, "io", 74},
      {ErrorKind::answer_pending, "answer_pending", 75},
      {ErrorKind::lock_timeout, "lock_timeout", 75},
      {ErrorKind::provider_refused, "provider_refused", 76},
      {ErrorKind::refused, "refused", 77},
      {ErrorKind::configuration, "configuration", 78},
      {ErrorKind::interrupted, "interrupted", 130},
      {ErrorKind::terminated, "terminated", 143},
  };
  for (const Case& c : cases) {
    CHECK(kind_name(c.kind) == c.name);
    CHECK(exit_code(c.kind) == c.code);
  }
}

TEST_CASE("a detail names as much of its place as is known") {
  CHECK(to_string(ErrorDetail{"a.yaml", 3, 7, "bad"}) == "a.yaml:3:7: bad");
  CHECK(to_string(ErrorDetail{"a.yaml", 3, 0, "bad"}) == "a.yaml:3: bad");
  CHECK(to_string(ErrorDetail{"a.yaml", 0, 0, "bad"}) == "a.yaml: bad");
  CHECK(to_string(ErrorDetail{"", 3, 7, "bad"}) == "bad");
}

}  // namespace
}  // namespace llmctl
