#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmctl::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of this name, which is compared without case (RFC 9110, 5.1).
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

/// Takes the place of every header of this name.
void set_header(Headers& headers, std::string name, std::string value);

/// One request, complete but for the connection.
struct Request {
  std::string method = "POST";
  std::string url;  ///< absolute, https or http
  Headers headers;
  std::string body;
};

/// Why these are not a method and headers, or nothing when they are: a line break in a value would
/// begin another header.
std::optional<std::string> find_problem(const Request& request);

/// What precedes the body of a reply.
struct ReplyHead {
  int status = 0;
  Headers headers;
};

}  // namespace llmctl::http
