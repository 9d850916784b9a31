#include "http/proxy.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "base/text.h"
#include "http/address.h"

namespace llmctl::http {
namespace {

/// The first of these that is set to something.
std::optional<std::string> first_set(const Variable& variable,
                                     std::initializer_list<const char*> names) {
  for (const char* name : names) {
    auto value = variable(name);
    if (value && !value->empty()) return value;
  }
  return std::nullopt;
}

bool excludes(std::string_view pattern, const std::string& host) {
  if (pattern == "*") return true;
  if (const auto address = parse_address(host)) return lies_in(*address, pattern);
  if (pattern.starts_with('.')) pattern.remove_prefix(1);
  const std::string domain = to_lower_ascii(pattern);
  return host == domain || host.ends_with("." + domain);
}

}  // namespace

// libcurl would find the same proxy, but does not tell whether it uses one, and so whether it
// connects to the proxy, which may have a private address, or to the host, which may not.
std::optional<std::string> proxy_for(const Url& url, const Variable& variable) {
  if (names_this_machine(url)) return std::nullopt;
  auto proxy = first_set(variable, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  if (!proxy) return std::nullopt;
  std::string exceptions = first_set(variable, {"no_proxy", "NO_PROXY"}).value_or("");
  std::ranges::replace(exceptions, ' ', ',');
  const auto patterns = split(exceptions, ',');
  const bool is_excluded = std::ranges::any_of(
      patterns, [&](const auto& pattern) { return excludes(pattern, url.host); });
  return is_excluded ? std::nullopt : proxy;
}

}  // namespace llmctl::http
