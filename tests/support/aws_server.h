#pragma once

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "base/hmac.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/time.h"
#include "http/message.h"

/// Checks signatures as AWS does (Signature Version 4), from nothing but the request.
namespace llmctl::test {

/// What follows `name` in the Authorization header, up to a comma.
inline std::string part_of(const std::string& authorization, const std::string& name) {
  const std::size_t start = authorization.find(name + "=");
  if (start == std::string::npos) return {};
  const std::size_t begin = start + name.size() + 1;
  return authorization.substr(begin, authorization.find(',', begin) - begin);
}

/// The path in its second encoding.
inline std::string encoded_again(const std::string& path) {
  std::ostringstream text;
  text << std::uppercase << std::hex;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos) {
      text << c;
    } else {
      text << '%' << (byte < 16 ? "0" : "") << static_cast<int>(byte);
    }
  }
  return text.str();
}

/// Empty when the signature is right, else why not.
inline std::string verify_signature(const http::Request& request, const std::string& secret,
                                    Timestamp server_time) {
  const std::size_t host_at = request.url.find("://") + 3;
  const std::size_t path_at = request.url.find('/', host_at);
  std::map<std::string, std::string> headers{
      {"host", request.url.substr(host_at, path_at - host_at)}};
  for (const auto& [name, value] : request.headers) {
    if (!headers.emplace(to_lower_ascii(name), value).second) return "a header twice";
  }
  const std::string authorization = headers["authorization"];
  const auto credential = split(part_of(authorization, "Credential"), '/');
  if (!authorization.starts_with("AWS4-HMAC-SHA256 ") || credential.size() != 5)
    return "no authorization";
  const std::string date = headers["x-amz-date"];
  const std::string day = to_rfc3339(server_time).substr(0, 10);
  const auto signed_at =
      parse_rfc3339(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) + "T" +
                    date.substr(9, 2) + ":" + date.substr(11, 2) + ":" + date.substr(13, 2) + "Z");
  if (!signed_at || std::chrono::abs(server_time - *signed_at) > std::chrono::minutes(15))
    return "expired";
  if (credential[1] != date.substr(0, 8)) return "another day";

  const std::string names = part_of(authorization, "SignedHeaders");
  std::string canonical =
      request.method + "\n" + encoded_again(request.url.substr(path_at)) + "\n\n";
  auto signed_names = split(names, ';');
  for (const std::string& name : signed_names) canonical += name + ":" + headers[name] + "\n";
  canonical += "\n" + names + "\n" + sha256_hex(request.body);
  if (!std::ranges::is_sorted(signed_names)) return "unsorted headers";
  for (const char* needed : {"host", "x-amz-date", "content-type"}) {
    if (std::ranges::find(signed_names, needed) == signed_names.end()) return "unsigned header";
  }
  const bool has_token = headers.contains("x-amz-security-token");
  if (has_token && names.find("x-amz-security-token") == std::string::npos) return "unsigned token";

  std::string key = "AWS4" + secret;
  std::string scope;
  for (std::size_t i = 1; i < credential.size(); ++i) {
    key = hmac_sha256(key, credential[i]);
    scope += (i > 1 ? "/" : "") + credential[i];
  }
  if (credential[3] != "bedrock" || credential[4] != "aws4_request") return "another service";
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + sha256_hex(canonical);
  return part_of(authorization, "Signature") == to_hex(hmac_sha256(key, to_sign))
             ? ""
             : "wrong signature";
}

}  // namespace llmctl::test
