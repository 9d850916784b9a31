#include "base/sha256.h"

// The EVP interface loads OpenSSL's providers on first use, which costs a third of a whole short
// command; the plain functions are deprecated since 3.0 but need no set-up.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>

namespace llmctl {

namespace {

std::string finish(SHA256_CTX& context) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256_Final(digest.data(), &context);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

std::string sha256_hex(std::string_view data) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, data.data(), data.size());
  return finish(context);
}

std::string sha256_hex(std::istream& stream) {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::array<char, 1 << 14> piece{};
  while (stream) {
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    SHA256_Update(&context, piece.data(), static_cast<std::size_t>(stream.gcount()));
  }
  return finish(context);
}

}  // namespace llmctl
