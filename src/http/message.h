#pragma once

#include <string>
#include <utility>
#include <vector>

namespace llmctl::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One request, complete but for the connection.
struct Request {
  std::string method = "POST";
  std::string url;  ///< absolute, https or http
  Headers headers;
  std::string body;
};

/// What precedes the body of a reply.
struct ReplyHead {
  int status = 0;
  Headers headers;
};

}  // namespace llmctl::http
