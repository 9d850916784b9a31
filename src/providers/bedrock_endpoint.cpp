#include "providers/bedrock_endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <variant>

#include "base/error.h"
#include "http/url.h"
#include "providers/base_url.h"

namespace llmctl::providers {
namespace {

constexpr std::array<std::string_view, 4> domains{"amazonaws.com", "amazonaws.com.cn", "api.aws",
                                                  "api.amazonwebservices.com.cn"};

bool is_true(const ProviderContext& context, std::string_view name) {
  return variable(context, name) == "true";
}

/// The variable that says where to go; empty without one.
std::string_view endpoint_variable(const ProviderContext& context) {
  if (is_true(context, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) return {};
  for (const std::string_view name : {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"}) {
    if (variable(context, name)) return name;
  }
  return {};
}

/// In the one spelling that is signed: lower case, without the scheme's own port.
std::string normalised(const std::string& url) {
  const auto parsed = http::parse_url(url);
  if (const auto* const problem = std::get_if<std::string>(&parsed))
    throw Error(ErrorKind::configuration, *problem);
  const auto& parts = std::get<http::Url>(parsed);
  std::string text = (parts.is_secure ? "https://" : "http://") + authority(parts) + parts.path;
  text.resize(text.find_last_not_of('/') + 1);
  return text;
}

}  // namespace

std::string bedrock_endpoint(const Configuration& configuration, const ProviderContext& context,
                             std::string_view region) {
  const bool is_fips = is_true(context, "AWS_USE_FIPS_ENDPOINT");
  const bool is_dual = is_true(context, "AWS_USE_DUALSTACK_ENDPOINT");
  const bool is_china = region.starts_with("cn-");
  const std::string_view own = endpoint_variable(context);
  if ((is_fips || is_dual) && (!own.empty() || configuration.text("base_url"))) {
    throw Error(ErrorKind::configuration,
                fmt::format("{} has no meaning for an endpoint that is given",
                            is_fips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT"),
                "unset it, or the endpoint");
  }
  const std::string fallback =
      fmt::format("https://bedrock-runtime{}.{}.{}", is_fips ? "-fips" : "", region,
                  domains[(is_dual ? 2 : 0) + (is_china ? 1 : 0)]);
  return normalised(base_url_of(configuration, context, {own, fallback}));
}

void require_aws_host(const std::string& url, const ProviderContext& context,
                      std::string_view region) {
  const std::string host = http::authority(std::get<http::Url>(http::parse_url(url)));
  const auto is_of = [&](std::string_view service) {
    const std::string place = fmt::format("{}.{}.", service, region);
    const bool is_public = std::ranges::any_of(domains, [&](std::string_view domain) {
      return host == fmt::format("{}{}", place, domain);
    });
    return is_public || host.ends_with(fmt::format(".{}vpce.amazonaws.com", place)) ||
           host.ends_with(fmt::format(".{}vpce.amazonaws.com.cn", place));
  };
  if (is_of("bedrock-runtime") || is_of("bedrock-runtime-fips")) return;
  if (const std::string_view own = endpoint_variable(context); !own.empty()) {
    const auto named = http::parse_url(variable(context, own).value_or(""));
    const auto* const parts = std::get_if<http::Url>(&named);
    const bool is_secure = url.starts_with("https:");
    if (parts != nullptr && http::authority(*parts) == host && parts->is_secure == is_secure)
      return;
  }
  throw Error(ErrorKind::configuration,
              fmt::format("AWS credentials are not sent to '{}', which is not Amazon Bedrock in {}",
                          host, region),
              "if they are meant to go there, set AWS_ENDPOINT_URL_BEDROCK_RUNTIME");
}

}  // namespace llmctl::providers
