#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "http/client.h"

namespace llmctl::http {

struct CurlOptions {
  bool allow_private = false;  ///< connect to private networks too; loopback needs no permission
  /// Gets the first lines and headers of requests and replies, line by line: no query, no body, no
  /// header values but of those that hold no secret.
  std::function<void(std::string_view line)> trace = nullptr;
};

/// Speaks HTTP/1.1 and, over TLS, HTTP/2, and keeps connections for the next request. Proxies and a
/// certificate bundle (SSL_CERT_FILE, CURL_CA_BUNDLE) come from the environment. The library is
/// loaded with the first request. For one thread, in a process that ignores SIGPIPE.
std::unique_ptr<Client> make_curl_client(CurlOptions options = {});

}  // namespace llmctl::http
