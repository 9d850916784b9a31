#include "base/uuid.h"

// As in sha256.cpp: without the cost of loading OpenSSL's providers.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"

namespace llmctl {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(const Uuid& id) {
  std::string text;
  text.reserve(32);
  for (const std::uint8_t byte : id.bytes) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::string to_string(const Uuid& id) {
  std::string text = to_hex(id);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

std::string short_id(const Uuid& id) { return to_hex(id).substr(24); }

std::optional<Uuid> parse_uuid(std::string_view text) {
  const bool dashed = text.size() == 36;
  if (!dashed && text.size() != 32) return std::nullopt;
  Uuid id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dashed && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    id.bytes[nibble / 2] = static_cast<std::uint8_t>(id.bytes[nibble / 2] << 4 | value);
    ++nibble;
  }
  return id;
}

Uuid uuid_of_name(const Uuid& name_space, std::string_view name) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, name_space.bytes.data(), name_space.bytes.size());
  SHA1_Update(&context, name.data(), name.size());
  SHA1_Final(digest.data(), &context);
  Uuid id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>(0x50 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

std::uint64_t RandomSource::next() {
  if (seeded_) return (*seeded_)();
  std::uint64_t value = 0;
  if (getentropy(&value, sizeof value) != 0) {
    throw Error(ErrorKind::internal, "the kernel gave no random bytes");
  }
  return value;
}

Uuid UuidSource::next(Timestamp now) {
  const auto micros =
      static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 0));
  const std::uint64_t tick = (micros / 1000) << 12 | (micros % 1000) * 4096 / 1000;
  last_tick_ = std::max(tick, last_tick_ + 1);

  const std::uint64_t high = (last_tick_ >> 12) << 16 | 0x7000 | (last_tick_ & 0xfff);
  const std::uint64_t low = (random_.next() & 0x3fff'ffff'ffff'ffff) | 0x8000'0000'0000'0000;
  Uuid id;
  for (int i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    id.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return id;
}

}  // namespace llmctl
