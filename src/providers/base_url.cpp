#include "providers/base_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace llmctl::providers {
namespace {

bool is_plain(char c) {
  return c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>';
}

std::string_view after_scheme(std::string_view url) { return url.substr(url.find("://") + 3); }

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A host with an optional port.
bool is_authority(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    authority.remove_prefix(end + 1);
    return authority.empty() || (authority.starts_with(':') && is_port(authority.substr(1)));
  }
  const std::size_t colon = authority.find(':');
  const bool has_host = colon != 0 && !authority.empty();
  return has_host && (colon == std::string_view::npos || is_port(authority.substr(colon + 1)));
}

/// 127.0.0.0/8 in the usual spelling only: a name such as 127.example.org is anybody's.
bool is_this_machine(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// Why this is no base URL; nothing when it is one.
std::optional<std::string> find_fault(std::string_view url) {
  if (!std::ranges::all_of(url, is_plain)) return "has a character that no URL has";
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    return "must begin with https://, or for this machine with http://";
  if (url.find_first_of("?#") != std::string_view::npos)
    return "must end with the path: a query or fragment cannot be followed by one";
  const std::string_view rest = after_scheme(url);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (authority.find('@') != std::string_view::npos)
    return "names a user: keep secrets out of it, and name a credential";
  if (!is_authority(authority)) return "has no host, or a port that is none";
  if (url.starts_with("http://") && !is_this_machine(host_name(url)))
    return "must begin with https://: only this machine may be asked without encryption";
  return std::nullopt;
}

std::string without_last_slashes(std::string_view url) {
  return std::string(url.substr(0, url.find_last_not_of('/') + 1));
}

}  // namespace

std::string base_url_of(const Configuration& configuration, const ProviderContext& context,
                        const BaseUrlSources& sources) {
  if (const auto url = configuration.text("base_url")) {
    if (const auto fault = find_fault(*url)) configuration.refuse("base_url", *fault);
    return without_last_slashes(*url);
  }
  if (const auto url = variable(context, sources.variable)) {
    if (const auto fault = find_fault(*url))
      throw Error(ErrorKind::configuration, fmt::format("{} {}", sources.variable, *fault));
    return without_last_slashes(*url);
  }
  if (sources.fallback.empty()) {
    configuration.refuse(
        "base_url", "is missing",
        sources.variable.empty() ? "" : fmt::format("set it, or {}", sources.variable));
  }
  return std::string(sources.fallback);
}

std::string host_name(std::string_view url) {
  const std::string_view rest = after_scheme(url);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::size_t end =
      authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  return to_lower_ascii(authority.substr(0, end));
}

std::string_view path_of(std::string_view url) {
  const std::string_view rest = after_scheme(url);
  const std::size_t path = rest.find('/');
  return path == std::string_view::npos ? std::string_view{} : rest.substr(path);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (unreserved.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::optional<std::string> variable(const ProviderContext& context, std::string_view name) {
  if (name.empty() || !context.variable) return std::nullopt;
  return context.variable(name);
}

}  // namespace llmctl::providers
