#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "http/curl_client.h"

namespace llmctl::test {

/// Keeps what it is given.
class Collector final : public http::ReplyHandler {
 public:
  void head(const http::ReplyHead& reply) override {
    ++heads;
    last_head = reply;
  }
  void body(std::string_view bytes) override { text += bytes; }

  int heads = 0;
  http::ReplyHead last_head;
  std::string text;
};

inline http::Request post(const std::string& url, const std::string& body = "{}") {
  return {"POST", url, {{"content-type", "application/json"}}, body};
}

/// Long enough that only what hangs for ever passes them.
inline http::Limits patient() {
  http::Limits limits;
  limits.connect = limits.first_byte = limits.idle = limits.total = std::chrono::seconds(20);
  return limits;
}

struct Outcome {
  std::optional<http::Failure> failure;
  Collector reply;

  /// The failure's kind, or nothing.
  std::optional<http::Failure::Kind> kind() const {
    return failure ? std::optional(failure->kind) : std::nullopt;
  }
  std::string message() const { return failure ? failure->message : std::string(); }
};

inline Outcome perform(http::Client& client, const http::Request& request,
                       const http::Limits& limits = patient()) {
  Outcome outcome;
  outcome.failure = client.perform(request, limits, outcome.reply);
  return outcome;
}

/// With a client of its own.
inline Outcome perform(const http::Request& request, const http::Limits& limits = patient(),
                       http::CurlOptions options = {}) {
  return perform(*http::make_curl_client(std::move(options)), request, limits);
}

}  // namespace llmctl::test
