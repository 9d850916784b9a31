#pragma once

#include <string>
#include <string_view>

namespace llmctl {

/// A text that is wiped from memory when nobody needs it any more. It has no copies and is not
/// printed by accident.
class Secret {
 public:
  explicit Secret(std::string text) : text_(std::move(text)) {}
  ~Secret();
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;

  /// For the request that needs it, and for nothing else.
  std::string_view reveal() const { return text_; }

 private:
  std::string text_;
};

}  // namespace llmctl
