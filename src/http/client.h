#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/message.h"

namespace llmctl::http {

/// How long each part of an exchange may take; zero: as long as the next wider one.
struct Limits {
  Duration connect = std::chrono::seconds(10);
  Duration first_byte{};                     ///< from the sent request to the reply's head
  Duration idle = std::chrono::seconds(60);  ///< between two pieces of the body
  Duration total = std::chrono::minutes(10);
  std::size_t head_bytes = std::size_t{256} << 10;
  std::size_t body_bytes = std::size_t{64} << 20;  ///< after decompression
};

/// Why there is no whole reply.
struct Failure {
  enum class Kind { timeout, network, tls, malformed, cancelled };
  Kind kind = Kind::network;
  std::string message;
  bool sent = false;  ///< the request, or a part of it, may have reached the server
};

/// Takes a reply as it arrives.
class ReplyHandler {
 public:
  virtual ~ReplyHandler() = default;
  /// Once, before the body; not for 1xx replies.
  virtual void head(const ReplyHead& head) = 0;
  /// Any split of the bytes, decompressed.
  virtual void body(std::string_view bytes) = 0;
};

/// Performs exactly one request: no retries, no redirects. Verifies TLS.
class Client {
 public:
  virtual ~Client() = default;
  /// Nothing when the whole reply was handed on, whatever its status. SIGINT and SIGTERM end it as
  /// cancelled. Throws Error(configuration) when there is no library for the network.
  virtual std::optional<Failure> perform(const Request& request, const Limits& limits,
                                         ReplyHandler& handler) = 0;
};

}  // namespace llmctl::http
