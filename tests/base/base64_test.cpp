#include "base/base64.h"

#include <catch2/catch.hpp>

namespace llmctl {
namespace {

// RFC 4648, 10
TEST_CASE("base64 stands for the bytes that the standard says") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("Zg==") == "f");
  CHECK(decode_base64("Zm8=") == "fo");
  CHECK(decode_base64("Zm9v") == "foo");
  CHECK(decode_base64("Zm9vYg==") == "foob");
  CHECK(decode_base64("Zm9vYmE=") == "fooba");
  CHECK(decode_base64("Zm9vYmFy") == "foobar");
  CHECK(decode_base64("+/AA") == std::string("\xfb\xf0\x00", 3));
}

TEST_CASE("what is no base64 stands for nothing") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zm8", "=", "==", "====", "Z===", "Zg==Zg==", "Zm 9",
                           "Zm9v\n", "Zm-_", "Zh==", "Zm9=", "Zm9vYg=a"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text));
  }
}

}  // namespace
}  // namespace llmctl
