#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.h"

/// Credentials for Amazon Web Services where AWS's own tools keep them: variables and the two
/// shared files
/// (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html). Ways that need a network or
/// a program are refused with a hint.
namespace llmctl::config {

/// Of the environment; nothing for an empty one.
using Variables = std::function<std::optional<std::string>(std::string_view name)>;

/// What a request is signed with.
struct AwsKeys {
  std::string access_key_id;
  Secret secret_access_key;
  std::optional<Secret> session_token;
};

/// An API key of Amazon Bedrock, sent as it is.
struct AwsBearerToken {
  Secret token;
};

struct AwsCredential {
  std::variant<AwsBearerToken, AwsKeys> value;
  std::string source;  ///< "AWS_ACCESS_KEY_ID", or "profile 'x' in '/home/ada/.aws/credentials'"
};

/// AWS_BEARER_TOKEN_BEDROCK, else AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY and perhaps
/// AWS_SESSION_TOKEN, else those of AWS_PROFILE (else `default`) in
/// AWS_SHARED_CREDENTIALS_FILE, else in AWS_CONFIG_FILE (else credentials and config below
/// ~/.aws). Throws Error(configuration): there are none, half of them, a file that cannot be read
/// or that others may change or read, a profile that is not there or needs SSO, a role or a
/// program.
AwsCredential find_aws_credential(const Variables& variables);

/// `option`, else AWS_REGION, AWS_DEFAULT_REGION or the profile's. Throws Error(configuration) when
/// there is none, and for one that is no region's name: it becomes part of a host's.
std::string find_aws_region(const std::optional<std::string>& option, const Variables& variables);

}  // namespace llmctl::config
