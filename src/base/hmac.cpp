#include "base/hmac.h"

// As in sha256.cpp: HMAC(), and SHA256() too, would bring all of OpenSSL's providers along.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace llmctl {
namespace {

constexpr unsigned char inner = 0x36;
constexpr unsigned char outer = 0x5c;

using Block = std::array<unsigned char, SHA256_CBLOCK>;
using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

/// Longer keys than a block stand there by their digest.
Block block_of(std::string_view key) {
  Block block{};
  if (key.size() <= block.size()) {
    std::ranges::copy(key, block.begin());
    return block;
  }
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, key.data(), key.size());
  SHA256_Final(block.data(), &context);
  OPENSSL_cleanse(&context, sizeof context);
  return block;
}

Digest digest_of(Block key, unsigned char pad, const void* data, std::size_t size) {
  for (unsigned char& byte : key) byte ^= pad;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, key.data(), key.size());
  SHA256_Update(&context, data, size);
  Digest digest{};
  SHA256_Final(digest.data(), &context);
  OPENSSL_cleanse(key.data(), key.size());
  OPENSSL_cleanse(&context, sizeof context);
  return digest;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view data) {
  Block block = block_of(key);
  const Digest inside = digest_of(block, inner, data.data(), data.size());
  const Digest result = digest_of(block, outer, inside.data(), inside.size());
  OPENSSL_cleanse(block.data(), block.size());
  return {result.begin(), result.end()};
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace llmctl
