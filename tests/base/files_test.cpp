#include "base/files.h"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "base/error.h"
#include "tests/support/chat.h"

namespace llmctl {
namespace {

using test::TemporaryDirectory;

bool is_open(int number) { return fcntl(number, F_GETFD) >= 0; }

TEST_CASE("a file descriptor is closed once, by whoever holds it last") {
  int number = -1;
  {
    FileDescriptor last(-1);
    CHECK_FALSE(last.is_open());
    {
      FileDescriptor first(open("/dev/null", O_RDONLY | O_CLOEXEC));
      number = first.number();
      REQUIRE(first.is_open());
      last = std::move(first);
    }
    CHECK(last.number() == number);
    CHECK(is_open(number));
    const FileDescriptor moved(std::move(last));
    CHECK(moved.number() == number);
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("what the system refuses is told with the path and the reason") {
  errno = ENOSPC;
  const Error full = test::error_from([] { throw_errno("write to", "a.db"); });
  CHECK(full.kind == ErrorKind::io);
  CHECK(full.what() == std::string("cannot write to 'a.db': No space left on device"));

  const TemporaryDirectory directory;
  const Error missing = test::error_from([&] { write_through(directory / "missing"); });
  CHECK_THAT(missing.what(), Catch::EndsWith("missing': No such file or directory"));
  write_through(directory.path());
  write_through(directory.write("file", "x"));
}

TEST_CASE("a directory and a file with bytes have content") {
  const TemporaryDirectory directory;
  CHECK_FALSE(has_content(directory / "missing"));
  CHECK_FALSE(has_content(directory.write("empty", "")));
  CHECK(has_content(directory.write("file", "x")));
  CHECK(has_content(directory.path()));
}

}  // namespace
}  // namespace llmctl
