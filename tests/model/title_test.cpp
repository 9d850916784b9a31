#include "model/title.h"

#include <catch2/catch.hpp>

namespace llmctl::model {
namespace {

TEST_CASE("a title is the first 50 code points, with dots when there are more") {
  const std::string fifty(50, 'x');
  CHECK(title_of("") == "");
  CHECK(title_of("hello") == "hello");
  CHECK(title_of(fifty) == fifty);
  CHECK(title_of(fifty + "y") == fifty + "...");
  std::string wide;
  for (int i = 0; i < 51; ++i) wide += "\xe6\x97\xa5";
  CHECK(title_of(wide) == wide.substr(0, 150) + "...");
}

}  // namespace
}  // namespace llmctl::model
