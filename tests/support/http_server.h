#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/certificates.h"

namespace llmctl::test {

/// What the server sends, byte for byte, and what it does then.
struct ScriptedReply {
  struct Piece {
    std::string bytes;
    std::chrono::milliseconds before{0};  ///< how long to wait first
  };
  enum class End {
    keep,   ///< waits for another request on the connection
    close,  ///< closes it in order
    reset,  ///< breaks it off
    stall,  ///< keeps it open and says nothing more
  };

  std::vector<Piece> pieces;
  End end = End::keep;
  int repeat = 1;  ///< how many times the pieces are sent
};

/// "HTTP/1.1 200 OK" with these header lines (each with its CRLF), a content-length, and the body.
std::string http_reply(std::string_view body, std::string_view headers = {}, int status = 200);
/// The same as a script.
ScriptedReply reply_with(std::string_view body, std::string_view headers = {}, int status = 200);

/// One request as it arrived.
struct RecordedRequest {
  int connection = 0;  ///< counts from 0
  std::string head;    ///< request line and headers with their CRLFs
  std::string body;

  /// Empty where there is none; names are compared without case.
  std::string header(std::string_view name) const;
};

/// Listens on a loopback port of its own and answers the requests, in their order, by the script;
/// when that is at its end, connections are closed. Reads whole requests with a content-length.
/// Ends with everything it has begun, however far that is.
class HttpServer {
 public:
  enum class Tls { newest, too_old };

  explicit HttpServer(std::vector<ScriptedReply> script);
  /// Speaks TLS.
  HttpServer(std::vector<ScriptedReply> script, const Certificate& certificate,
             Tls version = Tls::newest);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:49152/path", or https where it speaks TLS.
  std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1") const;
  std::vector<RecordedRequest> requests() const;
  int connections() const { return connections_; }

 private:
  class Connection;
  struct TlsContext;

  void listen();
  void accept_connections();
  void serve(int socket, int number);
  bool answer(Connection& connection, const RecordedRequest& request);

  std::vector<ScriptedReply> script_;
  std::unique_ptr<TlsContext> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_over_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;  ///< guards requests_
  std::vector<RecordedRequest> requests_;
  std::vector<std::thread> servers_;  ///< one per connection; the acceptor's own until it has ended
  std::thread acceptor_;
};

/// A loopback port that nobody listens on.
std::uint16_t unused_port();

}  // namespace llmctl::test
