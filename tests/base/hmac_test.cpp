#include "base/hmac.h"

#include <catch2/catch.hpp>

namespace llmctl {
namespace {

// RFC 4231
TEST_CASE("HMAC-SHA-256 gives the values of the standard") {
  CHECK(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a key of a whole block is used as it is, a longer one is not") {
  const std::string block(64, 'k');
  CHECK(hmac_sha256(block, "x") != hmac_sha256(block + "k", "x"));
  CHECK(hmac_sha256("k", "x") == hmac_sha256(std::string("k\0", 2), "x"));
}

TEST_CASE("hexadecimal digits are lower case, two a byte") {
  CHECK(to_hex("") == "");
  CHECK(to_hex(std::string("\0\x0f\xff", 3)) == "000fff");
}

}  // namespace
}  // namespace llmctl
