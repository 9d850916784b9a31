#pragma once

#include <string>
#include <string_view>

#include "providers/configuration.h"
#include "providers/provider.h"

/// Where a provider's requests go.
namespace llmctl::providers {

struct BaseUrlSources {
  std::string_view variable;  ///< of the environment, when the configuration has none; may be empty
  std::string_view fallback;  ///< the provider's public address; empty: there is none
};

/// configuration.base_url, else the variable, else the fallback: scheme, host, port and path,
/// without a slash at its end, so that "/route" can follow. Throws Error(configuration) for what is
/// no such URL, for plain http to anything but this machine, and when there is none at all.
std::string base_url_of(const Configuration& configuration, const ProviderContext& context,
                        const BaseUrlSources& sources);

/// The lower-case host of a URL from base_url_of, without its port; an IPv6 address in brackets.
std::string host_name(std::string_view url);
/// "/openai/v1"; empty without a path.
std::string_view path_of(std::string_view url);

/// The text as one segment of a path or one value of a query: all but RFC 3986's unreserved
/// characters are percent-encoded.
std::string percent_encoded(std::string_view text);

/// Of the environment; nothing without one.
std::optional<std::string> variable(const ProviderContext& context, std::string_view name);

}  // namespace llmctl::providers
