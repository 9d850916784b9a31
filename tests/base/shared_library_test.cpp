#include "base/shared_library.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/error.h"

namespace llmctl {
namespace {

Error error_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return {ErrorKind::internal, ""};
}

TEST_CASE("a library that is missing is named, with the package that has it") {
  const Error error = error_of([] {
    SharedLibrary({"libllmctl-no-such.so.4", "libllmctl-nor-such.so.4"}, "libno4");
  });
  CHECK(error.kind == ErrorKind::configuration);
  CHECK_THAT(error.what(), Catch::StartsWith("cannot load the library 'libllmctl-no-such.so.4': "));
  CHECK(error.hint == "install it: apt-get install libno4");
}

TEST_CASE("the first library that there is gives its functions") {
  const SharedLibrary library({"libllmctl-no-such.so.4", "libm.so.6"}, "libc6");
  double (*cosine)(double) = nullptr;
  library.bind(cosine, "cos");
  REQUIRE(cosine != nullptr);
  CHECK(cosine(0) == 1);
}

TEST_CASE("a library without a function that is needed is too old") {
  const SharedLibrary library({"libm.so.6"}, "libc6");
  const Error error = error_of([&] {
    void (*function)() = nullptr;
    library.bind(function, "llmctl_no_such_function");
  });
  CHECK(error.kind == ErrorKind::configuration);
  CHECK(error.what() ==
        std::string("the library 'libm.so.6' has no function 'llmctl_no_such_function'"));
  CHECK(error.hint == "install a newer version of libc6");
}

}  // namespace
}  // namespace llmctl
