#pragma once

#include <functional>
#include <string_view>

#include "http/message.h"

namespace llmctl::http {

/// Performs exactly one request: no retries, no redirects.
class Client {
 public:
  virtual ~Client() = default;
  /// Hands on the body piece by piece as it arrives; the head is returned when the reply is
  /// complete. Throws Error(unavailable) named timeout, network or tls.
  virtual ReplyHead perform(const Request& request,
                            const std::function<void(std::string_view)>& on_body) = 0;
};

}  // namespace llmctl::http
