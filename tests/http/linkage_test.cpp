#include <catch2/catch.hpp>
#include <string>

#include "tests/support/process.h"

namespace llmctl::test {
namespace {

TEST_CASE("the program starts without libcurl, and without any library but the system's") {
  const auto result =
      run_process({{"/usr/bin/readelf", "--wide", "--dynamic", LLMCTL_BINARY}, {{"LC_ALL", "C"}}});
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, Catch::Contains("Shared library: [libc.so.6]"));
  CHECK_THAT(result.out, !Catch::Contains("curl"));
  CHECK_THAT(result.out, !Catch::Contains("libssl"));
}

}  // namespace
}  // namespace llmctl::test
