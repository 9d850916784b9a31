#include "http/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "http/address.h"

namespace llmctl::http {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

bool consists_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

/// Whether some parser may take it for a number, and so for an address: "2130706433", "0x7f.1".
bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return consists_of(last, digits) || last.starts_with("0x");
}

bool is_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && consists_of(host, name_characters) &&
         host.front() != '.' && host.back() != '.' && host.find("..") == std::string_view::npos;
}

struct Authority {
  std::string host;
  std::optional<std::string_view> port;
};

/// "host", "host:port", "[address]" or "[address]:port".
std::optional<Authority> split_authority(std::string_view text) {
  if (!text.starts_with('[')) {
    const auto colon = text.find(':');
    Authority result{to_lower_ascii(text.substr(0, colon)), {}};
    if (colon != std::string_view::npos) result.port = text.substr(colon + 1);
    const bool is_address = parse_address(result.host).has_value();
    if (!is_name(result.host) || (ends_in_number(result.host) && !is_address)) return std::nullopt;
    return result;
  }
  const auto bracket = text.find(']');
  if (bracket == std::string_view::npos) return std::nullopt;
  Authority result{to_lower_ascii(text.substr(1, bracket - 1)), {}};
  const std::string_view rest = text.substr(bracket + 1);
  if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
  if (!rest.empty()) result.port = rest.substr(1);
  const bool is_ipv6 = result.host.find(':') != std::string::npos;
  if (!is_ipv6 || !parse_address(result.host)) return std::nullopt;
  return result;
}

}  // namespace

std::variant<Url, std::string> parse_url(std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; }))
    return "the URL holds a character that has no place in one";
  const std::string scheme = to_lower_ascii(text.substr(0, text.find("://")));
  if ((scheme != "https" && scheme != "http") || scheme.size() == text.size())
    return "the URL does not begin with https://";
  Url url;
  url.is_secure = scheme == "https";
  text.remove_prefix(scheme.size() + 3);
  if (text.find('#') != std::string_view::npos) return "the URL has a fragment ('#…')";

  const auto end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view place = text.substr(0, end);
  if (place.find('@') != std::string_view::npos) return "the URL names a user";
  const auto parts = split_authority(place);
  if (!parts) return "the URL names no host, or in an unusual way";
  url.host = parts->host;
  url.port = url.is_secure ? 443 : 80;
  if (parts->port) {
    const auto port = parse_port(*parts->port);
    if (!port) return fmt::format("the URL's port '{}' is no port", *parts->port);
    url.port = *port;
  }
  if (!url.is_secure && !names_this_machine(url))
    return fmt::format("the URL of '{}' must begin with https://: http is for loopback addresses",
                       url.host);
  url.path = text.substr(end, text.find('?') - end);
  if (url.path.empty()) url.path = "/";
  return url;
}

std::string authority(const Url& url) {
  const bool is_ipv6 = url.host.find(':') != std::string::npos;
  std::string result = is_ipv6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.is_secure ? 443 : 80)) result += ":" + std::to_string(url.port);
  return result;
}

bool names_this_machine(const Url& url) {
  if (url.host == "localhost" || url.host.ends_with(".localhost")) return true;
  const auto address = parse_address(url.host);
  return address && is_loopback(*address);
}

}  // namespace llmctl::http
