#include "config/aws_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "config/ini_file.h"

namespace llmctl::config {
namespace {

constexpr const char* export_hint =
    "llmctl reads static keys only; run: eval \"$(aws configure export-credentials --format env)\"";

[[noreturn]] void refuse(const std::string& message, const std::string& hint = export_hint) {
  throw Error(ErrorKind::configuration, message, hint);
}

/// What a header may have, so that no value makes another one.
Secret secret_of(std::string_view value, std::string_view name, std::string_view source) {
  const bool is_plain = std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_plain) {
    refuse(fmt::format("{} in {} has characters that no key has", name, source),
           "look for blanks, quotes and line ends around it");
  }
  return Secret(std::string(value));
}

/// The files of AWS's tools, and the section of each that counts.
class SharedFiles {
 public:
  explicit SharedFiles(const Variables& variables)
      : profile_(variables("AWS_PROFILE").value_or("default")),
        is_named_(variables("AWS_PROFILE").has_value()),
        in_config_("profile " + profile_),
        credentials_(read(variables, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")),
        config_(read(variables, "AWS_CONFIG_FILE", ".aws/config")) {}

  const std::string& profile() const { return profile_; }
  bool is_missing() const {
    return is_named_ && !credentials_.has_section(credentials_sections()) &&
           !config_.has_section(config_sections());
  }
  std::optional<std::string_view> in_credentials(std::string_view key) const {
    return credentials_.find(credentials_sections(), key);
  }
  std::optional<std::string_view> in_config(std::string_view key) const {
    return config_.find(config_sections(), key);
  }
  std::optional<std::string_view> anywhere(std::string_view key) const {
    const auto value = in_config(key);
    return value ? value : in_credentials(key);
  }
  const IniFile& credentials() const { return credentials_; }
  const IniFile& config() const { return config_; }

  std::vector<std::string_view> credentials_sections() const { return {profile_}; }
  std::vector<std::string_view> config_sections() const {
    // `default` alone needs no "profile" before it.
    if (profile_ == "default") return {profile_, in_config_};
    return {in_config_};
  }

 private:
  static IniFile read(const Variables& variables, std::string_view variable,
                      std::string_view below_home) {
    const auto home = variables("HOME");
    if (const auto named = variables(variable)) {
      const bool is_below_home = named->starts_with("~/") && home;
      return IniFile::read(is_below_home ? std::filesystem::path(*home) / named->substr(2)
                                         : std::filesystem::path(*named));
    }
    if (!home) return IniFile({}, Secret(""));
    return IniFile::read(std::filesystem::path(*home) / below_home);
  }

  std::string profile_;
  bool is_named_;
  std::string in_config_;
  IniFile credentials_;
  IniFile config_;
};

void refuse_half(std::string_view present, std::string_view absent, std::string_view source) {
  refuse(fmt::format("{} has {} but no {}", source, present, absent),
         "an access key is the two of them");
}

std::optional<AwsCredential> in_environment(const Variables& variables) {
  const auto id = variables("AWS_ACCESS_KEY_ID");
  const auto secret = variables("AWS_SECRET_ACCESS_KEY");
  if (!id && !secret) return std::nullopt;
  const std::string source = "the environment";
  if (!secret) refuse_half("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", source);
  if (!id) refuse_half("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", source);
  const auto token = variables("AWS_SESSION_TOKEN");
  AwsKeys keys{std::string(secret_of(*id, "AWS_ACCESS_KEY_ID", source).reveal()),
               secret_of(*secret, "AWS_SECRET_ACCESS_KEY", source), std::nullopt};
  if (token) keys.session_token = secret_of(*token, "AWS_SESSION_TOKEN", source);
  return AwsCredential{std::move(keys), "AWS_ACCESS_KEY_ID"};
}

std::optional<AwsCredential> in_file(const IniFile& file,
                                     const std::vector<std::string_view>& sections,
                                     std::string_view profile) {
  const auto id = file.find(sections, "aws_access_key_id");
  const auto secret = file.find(sections, "aws_secret_access_key");
  if (!id && !secret) return std::nullopt;
  const std::string source = fmt::format("profile '{}' in '{}'", profile, file.path().string());
  file.require_unreadable_for_others();
  if (!secret) refuse_half("aws_access_key_id", "aws_secret_access_key", source);
  if (!id) refuse_half("aws_secret_access_key", "aws_access_key_id", source);
  AwsKeys keys{std::string(secret_of(*id, "aws_access_key_id", source).reveal()),
               secret_of(*secret, "aws_secret_access_key", source), std::nullopt};
  if (const auto token = file.find(sections, "aws_session_token"))
    keys.session_token = secret_of(*token, "aws_session_token", source);
  return AwsCredential{std::move(keys), source};
}

struct Unsupported {
  std::string_view setting;
  std::string_view needs;
};
/// These come before static keys in AWS's own tools, so that going on would act as somebody else.
constexpr std::array<Unsupported, 5> before_keys{{
    {"role_arn", "a role"},
    {"web_identity_token_file", "a web identity"},
    {"sso_session", "single sign-on"},
    {"sso_start_url", "single sign-on"},
    {"sso_account_id", "single sign-on"},
}};
/// The same as variables, and what only comes after keys.
constexpr std::array<Unsupported, 1> variables_before_keys{{
    {"AWS_WEB_IDENTITY_TOKEN_FILE", "a web identity"},
}};
constexpr std::array<Unsupported, 2> variables_after_keys{{
    {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "the container's service"},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "the container's service"},
}};

void refuse_profile_if(const SharedFiles& files, const Unsupported& row) {
  if (!files.anywhere(row.setting)) return;
  refuse(fmt::format("profile '{}' has {}: AWS credentials that need {} are not implemented",
                     files.profile(), row.setting, row.needs));
}

void refuse_variable_if(const Variables& variables, const Unsupported& row) {
  if (!variables(row.setting)) return;
  refuse(fmt::format("{} is set: AWS credentials that need {} are not implemented", row.setting,
                     row.needs));
}

/// "us-gov-east-1": words, then a number. A bucket or gateway of somebody's, which could stand in
/// the same place of a host's name, has another form.
bool is_region(std::string_view name) {
  const std::vector<std::string> words = split(name, '-');
  const auto consists_of = [](std::string_view word, char first, char last) {
    return std::ranges::all_of(word, [&](char c) { return c >= first && c <= last; });
  };
  return words.size() >= 3 && name.size() <= 63 && consists_of(words.back(), '0', '9') &&
         std::ranges::count(name, '-') == static_cast<std::ptrdiff_t>(words.size()) - 1 &&
         std::all_of(words.begin(), words.end() - 1,
                     [&](const std::string& word) { return consists_of(word, 'a', 'z'); });
}

}  // namespace

AwsCredential find_aws_credential(const Variables& variables) {
  if (const auto token = variables("AWS_BEARER_TOKEN_BEDROCK")) {
    const std::string name = "AWS_BEARER_TOKEN_BEDROCK";
    return {AwsBearerToken{secret_of(*token, name, "the environment")}, name};
  }
  if (auto found = in_environment(variables)) return *std::move(found);
  const SharedFiles files(variables);
  if (files.is_missing())
    refuse(fmt::format("there is no AWS profile '{}', which AWS_PROFILE names", files.profile()),
           "list those there are: aws configure list-profiles");
  for (const Unsupported& row : before_keys) refuse_profile_if(files, row);
  for (const Unsupported& row : variables_before_keys) refuse_variable_if(variables, row);
  auto found = in_file(files.credentials(), files.credentials_sections(), files.profile());
  if (found) return *std::move(found);
  refuse_profile_if(files, {"credential_process", "a program"});
  found = in_file(files.config(), files.config_sections(), files.profile());
  if (found) return *std::move(found);
  for (const Unsupported& row : variables_after_keys) refuse_variable_if(variables, row);
  refuse(
      fmt::format("there are no AWS credentials: neither AWS_BEARER_TOKEN_BEDROCK nor "
                  "AWS_ACCESS_KEY_ID is set, and profile '{}' has no keys",
                  files.profile()));
}

std::string find_aws_region(const std::optional<std::string>& option, const Variables& variables) {
  std::optional<std::string> region = option;
  if (!region) region = variables("AWS_REGION");
  if (!region) region = variables("AWS_DEFAULT_REGION");
  if (!region) {
    const SharedFiles files(variables);
    if (const auto value = files.anywhere("region")) region = *value;
  }
  if (!region) {
    refuse(
        "there is no AWS region: neither AWS_REGION nor AWS_DEFAULT_REGION is set, and the "
        "profile has none",
        "set configuration.region of the LLM, or export AWS_REGION=us-east-1");
  }
  if (!is_region(*region))
    refuse(fmt::format("'{}' is no AWS region", *region), "they look like us-east-1");
  return *region;
}

}  // namespace llmctl::config
