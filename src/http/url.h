#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace llmctl::http {

/// Where a request goes.
struct Url {
  bool is_secure = true;   ///< https
  std::string host;        ///< lower case; IPv6 addresses without brackets
  std::uint16_t port = 0;  ///< the scheme's own where the URL names none
  std::string path;        ///< begins with '/'; without the query
};

/// The parts of a URL that a request may go to: https, or http to a loopback address. Strict, so
/// that no other parser can find another host in it: printable ASCII; no user, no fragment, no
/// backslash; IPv4 addresses as four decimal numbers. For any other: why not, without the URL,
/// whose query may hold what nobody should see.
std::variant<Url, std::string> parse_url(std::string_view text);

/// "api.openai.com", "127.0.0.1:8080", "[::1]:8080": without the scheme's own port.
std::string authority(const Url& url);

/// Whether the host is localhost, or a loopback address.
bool names_this_machine(const Url& url);

}  // namespace llmctl::http
