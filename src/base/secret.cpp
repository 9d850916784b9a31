#include "base/secret.h"

#include <openssl/crypto.h>

namespace llmctl {
namespace {

void wipe(std::string& text) {
  // Its spare bytes may hold what was there before.
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace

Secret::~Secret() { wipe(text_); }

Secret::Secret(Secret&& other) noexcept : text_(other.text_) { wipe(other.text_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(text_);
  text_ = other.text_;
  wipe(other.text_);
  return *this;
}

}  // namespace llmctl
