#include "providers/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/hmac.h"
#include "base/sha256.h"
#include "base/text.h"
#include "http/url.h"
#include "providers/base_url.h"

namespace llmctl::providers {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

/// "20250102T030405Z"
std::string basic_format(Timestamp time) {
  std::string text = to_rfc3339(time).substr(0, 19);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_encoded = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                            hex_value(text[i + 2]) >= 0;
    if (is_encoded) {
      decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

/// The path as it goes over the wire without dot segments and double slashes, encoded once more.
std::string canonical_path(std::string_view path) {
  std::vector<std::string> segments;
  for (const std::string& segment : split(path, '/')) {
    if (segment == "." || (segment == ".." && segments.empty())) continue;
    if (segment == "..") {
      segments.pop_back();
    } else {
      segments.push_back(segment);
    }
  }
  std::string canonical;
  for (const std::string& segment : segments)
    canonical.append("/").append(percent_encoded(segment));
  const bool names_a_folder = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
  return canonical.empty() || names_a_folder ? canonical + "/" : canonical;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string& parameter : split(query, '&')) {
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string value = parameter.substr(std::min(equals + 1, parameter.size()));
    parameters.emplace_back(percent_encoded(percent_decoded(parameter.substr(0, equals))),
                            percent_encoded(percent_decoded(value)));
  }
  std::ranges::sort(parameters);
  std::string canonical;
  for (const auto& [name, value] : parameters) {
    if (!canonical.empty()) canonical += '&';
    canonical.append(name).append("=").append(value);
  }
  return canonical;
}

/// Without blanks around it, and with one for each run of them inside.
std::string canonical_value(std::string_view value) {
  std::string canonical;
  for (const std::string& word : split(value, ' ')) {
    if (!canonical.empty()) canonical += ' ';
    canonical += word;
  }
  return canonical;
}

http::Url url_of(const http::Request& request) {
  return std::get<http::Url>(http::parse_url(request.url));
}

using CanonicalHeaders = std::map<std::string, std::string>;

CanonicalHeaders canonical_headers(const http::Request& request) {
  CanonicalHeaders canonical{{"host", http::authority(url_of(request))}};
  for (const auto& [name, value] : request.headers) {
    const auto [place, is_new] = canonical.try_emplace(to_lower_ascii(name));
    if (!is_new) place->second += ',';
    place->second += canonical_value(value);
  }
  return canonical;
}

std::string signed_headers(const CanonicalHeaders& headers) {
  std::string names;
  for (const auto& header : headers) {
    if (!names.empty()) names += ';';
    names += header.first;
  }
  return names;
}

std::string canonical_request(const http::Request& request, const CanonicalHeaders& headers) {
  const std::size_t query = std::min(request.url.find('?'), request.url.size() - 1);
  std::string text =
      fmt::format("{}\n{}\n{}\n", request.method, canonical_path(url_of(request).path),
                  canonical_query(std::string_view(request.url).substr(query + 1)));
  for (const auto& [name, value] : headers) text += fmt::format("{}:{}\n", name, value);
  return text + fmt::format("\n{}\n{}", signed_headers(headers), sha256_hex(request.body));
}

}  // namespace

std::string canonical_request(const http::Request& request) {
  return canonical_request(request, canonical_headers(request));
}

Secret signing_key(std::string_view secret, std::string_view day, std::string_view region,
                   std::string_view service) {
  Secret key("AWS4" + std::string(secret));
  for (const std::string_view part : {day, region, service, std::string_view("aws4_request")})
    key = Secret(hmac_sha256(key.reveal(), part));
  return key;
}

http::Request sign(http::Request request, const config::AwsKeys& keys, const SigningScope& scope) {
  const std::string time = basic_format(scope.time);
  const std::string day = time.substr(0, 8);
  std::erase_if(request.headers, [](const auto& header) {
    const std::string name = to_lower_ascii(header.first);
    return name == "x-amz-date" || name == "x-amz-security-token" || name == "authorization";
  });
  request.headers.emplace_back("X-Amz-Date", time);
  if (keys.session_token && !keys.session_token->reveal().empty())
    request.headers.emplace_back("X-Amz-Security-Token", keys.session_token->reveal());

  const CanonicalHeaders headers = canonical_headers(request);
  const std::string place = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", algorithm, time, place,
                                          sha256_hex(canonical_request(request, headers)));
  const Secret key = signing_key(keys.secret_access_key.reveal(), day, scope.region, scope.service);
  request.headers.emplace_back(
      "Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", algorithm,
                                   keys.access_key_id, place, signed_headers(headers),
                                   to_hex(hmac_sha256(key.reveal(), to_sign))));
  return request;
}

}  // namespace llmctl::providers
