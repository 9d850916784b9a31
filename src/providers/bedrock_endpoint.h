#pragma once

#include <string>
#include <string_view>

#include "providers/configuration.h"
#include "providers/provider.h"

/// Where requests to Amazon Bedrock's runtime go.
namespace llmctl::providers {

/// Scheme, host, port and path, without a slash at its end: configuration.base_url, else
/// AWS_ENDPOINT_URL_BEDROCK_RUNTIME, AWS_ENDPOINT_URL, or the region's own, for which
/// AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT count. Throws Error(configuration).
std::string bedrock_endpoint(const Configuration& configuration, const ProviderContext& context,
                             std::string_view region);

/// Throws Error(configuration) unless the URL's host is Bedrock's in this region, or the one that a
/// variable names: whoever can edit a row must not be able to send AWS credentials elsewhere.
void require_aws_host(const std::string& url, const ProviderContext& context,
                      std::string_view region);

}  // namespace llmctl::providers
