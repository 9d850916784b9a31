#pragma once

#include <functional>
#include <optional>
#include <string>

#include "http/url.h"

namespace llmctl::http {

/// Gives a variable of the environment.
using Variable = std::function<std::optional<std::string>(const char* name)>;

/// The proxy for a URL by the usual variables: https_proxy, else all_proxy, unless no_proxy names
/// the host (a domain, an address, a range of addresses, or *); upper case too. None for
/// this machine, where the proxy's own would be meant.
std::optional<std::string> proxy_for(const Url& url, const Variable& variable);

}  // namespace llmctl::http
