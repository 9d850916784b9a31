#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/time.h"
#include "config/aws_credentials.h"
#include "http/message.h"

/// AWS Signature Version 4
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html),
/// for every service but S3, which encodes paths in another way.
namespace llmctl::providers {

/// Where and when a signature is valid: AWS takes it for 15 minutes.
struct SigningScope {
  std::string region;
  std::string service;
  Timestamp time;
};

/// The request with X-Amz-Date, X-Amz-Security-Token (with a session token) and Authorization, in
/// place of those it had. All its headers are signed, and Host as its URL says; so nothing may
/// change them on the way. The URL must be one of http::parse_url.
http::Request sign(http::Request request, const config::AwsKeys& keys, const SigningScope& scope);

/// What is signed: its hash, with the scope and the time. `request` has all headers but Host.
std::string canonical_request(const http::Request& request);

/// The 32 bytes that sign everything on that day ("20250102") in a region and a service.
Secret signing_key(std::string_view secret, std::string_view day, std::string_view region,
                   std::string_view service);

}  // namespace llmctl::providers
