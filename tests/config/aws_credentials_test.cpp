#include "config/aws_credentials.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <map>

#include "tests/support/chat.h"

namespace llmctl::config {
namespace {

using test::error_from;
using test::TemporaryDirectory;

/// A home with AWS's two files, and the variables that a test sets.
class Home {
 public:
  Home& credentials(const std::string& text) { return write(".aws/credentials", text, 0600); }
  Home& config(const std::string& text) { return write(".aws/config", text, 0644); }
  Home& set(const std::string& name, const std::string& value) {
    variables_[name] = value;
    return *this;
  }
  Home& write(const std::string& name, const std::string& text, mode_t mode) {
    chmod(directory_.write(name, text).c_str(), mode);
    return *this;
  }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  AwsCredential find() const { return find_aws_credential(variables()); }
  std::string region(const std::optional<std::string>& option = {}) const {
    return find_aws_region(option, variables());
  }

 private:
  Variables variables() const {
    return [this](std::string_view name) -> std::optional<std::string> {
      if (name == "HOME") return directory_.path().string();
      const auto found = variables_.find(name);
      if (found == variables_.end() || found->second.empty()) return std::nullopt;
      return found->second;
    };
  }

  TemporaryDirectory directory_;
  std::map<std::string, std::string, std::less<>> variables_;
};

/// "id secret token" of keys, or "bearer token".
std::string shown(const AwsCredential& credential) {
  if (const auto* bearer = std::get_if<AwsBearerToken>(&credential.value))
    return "bearer " + std::string(bearer->token.reveal());
  const auto& keys = std::get<AwsKeys>(credential.value);
  return keys.access_key_id + " " + std::string(keys.secret_access_key.reveal()) + " " +
         (keys.session_token ? std::string(keys.session_token->reveal()) : "-");
}

const std::string file_keys =
    "[default]\naws_access_key_id = FILEID\naws_secret_access_key = file/secret+=\n";

TEST_CASE("AWS keys come from the environment, with or without a session token") {
  Home home;
  home.set("AWS_ACCESS_KEY_ID", "ENVID").set("AWS_SECRET_ACCESS_KEY", "a/b+c=");
  CHECK(shown(home.find()) == "ENVID a/b+c= -");
  CHECK(home.find().source == "AWS_ACCESS_KEY_ID");
  home.set("AWS_SESSION_TOKEN", "");
  CHECK(shown(home.find()) == "ENVID a/b+c= -");
  home.set("AWS_SESSION_TOKEN", "T//o+k==");
  CHECK(shown(home.find()) == "ENVID a/b+c= T//o+k==");
}

TEST_CASE("a bearer token comes before keys, keys of the environment before files") {
  Home home;
  home.credentials(file_keys);
  CHECK(shown(home.find()) == "FILEID file/secret+= -");
  CHECK(home.find().source == "profile 'default' in '" + home.path(".aws/credentials") + "'");
  home.set("AWS_PROFILE", "default");
  home.set("AWS_ACCESS_KEY_ID", "ENVID").set("AWS_SECRET_ACCESS_KEY", "s");
  CHECK(shown(home.find()) == "ENVID s -");
  home.set("AWS_BEARER_TOKEN_BEDROCK", "");
  CHECK(shown(home.find()) == "ENVID s -");
  home.set("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key");
  CHECK(shown(home.find()) == "bearer bedrock-api-key");
  CHECK(home.find().source == "AWS_BEARER_TOKEN_BEDROCK");
}

TEST_CASE("profiles are found however the files are written") {
  struct Case {
    std::string name, credentials, config, profile, expected;
  };
  const std::string keys = "aws_access_key_id=I\naws_secret_access_key=S\n";
  const Case cases[] = {
      {"no blanks", "[default]\n" + keys, "", "", "I S -"},
      {"blanks", "[ default ]\naws_access_key_id  =  I \t\naws_secret_access_key =S\n", "", "",
       "I S -"},
      {"comments", "# [x]\n;y\n[default] # z\n#aws_access_key_id=no\n" + keys, "", "", "I S -"},
      {"CRLF", "[default]\r\naws_access_key_id = I\r\naws_secret_access_key = S\r\n", "", "",
       "I S -"},
      {"byte order mark", "\xef\xbb\xbf[default]\n" + keys, "", "", "I S -"},
      {"no line end", "[default]\naws_access_key_id=I\naws_secret_access_key=S", "", "", "I S -"},
      {"upper case", "[default]\nAWS_ACCESS_KEY_ID=I\nAws_Secret_Access_Key=S\n", "", "", "I S -"},
      {"session token", "[default]\n" + keys + "aws_session_token = T=\n", "", "", "I S T="},
      {"empty session token", "[default]\n" + keys + "aws_session_token =\n", "", "", "I S -"},
      {"indented lines", "[default]\n" + keys + "s3 =\n  aws_access_key_id = no\n", "", "",
       "I S -"},
      {"other sections",
       "[a]\naws_access_key_id=no\n[default]\n" + keys + "[b]\naws_session_token=no\n", "", "",
       "I S -"},
      {"section twice", "[default]\naws_access_key_id=I\n[a]\n[default]\naws_secret_access_key=S\n",
       "", "", "I S -"},
      {"named profile", "[default]\naws_access_key_id=no\n[work]\n" + keys, "", "work", "I S -"},
      {"profile with a blank", "[my work]\n" + keys, "", "my work", "I S -"},
      {"config file", "", "[profile work]\n" + keys, "work", "I S -"},
      {"config file, quotes", "", "[profile  \"my work\"]\n" + keys, "my work", "I S -"},
      {"config file, default", "", "[default]\n" + keys, "", "I S -"},
      {"config file, profile default", "", "[profile default]\n" + keys, "", "I S -"},
      {"credentials before config", "[default]\n" + keys,
       "[default]\naws_access_key_id=no\naws_secret_access_key=no\n", "", "I S -"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Home home;
    if (!c.credentials.empty()) home.credentials(c.credentials);
    if (!c.config.empty()) home.write(".aws/config", c.config, 0600);
    home.set("AWS_PROFILE", c.profile);
    CHECK(shown(home.find()) == c.expected);
  }
}

TEST_CASE("the variables say where AWS's files are") {
  Home home;
  home.write("elsewhere/keys", "[default]\naws_access_key_id=I\naws_secret_access_key=S\n", 0600);
  home.write("elsewhere/config", "[default]\nregion = eu-north-1\n", 0644);
  home.set("AWS_SHARED_CREDENTIALS_FILE", home.path("elsewhere/keys"));
  home.set("AWS_CONFIG_FILE", "~/elsewhere/config");
  CHECK(shown(home.find()) == "I S -");
  CHECK(home.region() == "eu-north-1");
}

TEST_CASE("AWS credentials that cannot be used say why and what to do") {
  struct Case {
    std::string name;
    std::string credentials, config;
    std::map<std::string, std::string> variables;
    std::string message, hint;
  };
  const std::string exporting = "aws configure export-credentials";
  const std::string keys = "aws_access_key_id=I\naws_secret_access_key=S\n";
  const Case cases[] = {
      {"none", "", "", {}, "there are no AWS credentials", exporting},
      {"a home without the profile's keys",
       "[default]\n",
       "",
       {},
       "profile 'default' has no keys",
       exporting},
      {"missing profile",
       file_keys,
       "",
       {{"AWS_PROFILE", "x"}},
       "there is no AWS profile 'x'",
       "list-profiles"},
      {"[profile x] in the credentials",
       "[profile x]\n" + keys,
       "",
       {{"AWS_PROFILE", "x"}},
       "there is no AWS profile 'x'",
       ""},
      {"[x] in the config",
       "",
       "[x]\n" + keys,
       {{"AWS_PROFILE", "x"}},
       "there is no AWS profile 'x'",
       ""},
      {"only an id",
       "[default]\naws_access_key_id=I\n",
       "",
       {},
       "has aws_access_key_id but no aws_secret_access_key",
       "the two"},
      {"only a secret",
       "[default]\naws_secret_access_key=S\n",
       "",
       {},
       "has aws_secret_access_key but no aws_access_key_id",
       "the two"},
      {"empty secret",
       "[default]\naws_access_key_id=I\naws_secret_access_key=\n",
       "",
       {},
       "has aws_access_key_id but no aws_secret_access_key",
       "the two"},
      {"only an id in the environment",
       file_keys,
       "",
       {{"AWS_ACCESS_KEY_ID", "I"}},
       "has AWS_ACCESS_KEY_ID but no AWS_SECRET_ACCESS_KEY",
       "the two"},
      {"only a secret in the environment",
       file_keys,
       "",
       {{"AWS_SECRET_ACCESS_KEY", "S"}},
       "has AWS_SECRET_ACCESS_KEY but no AWS_ACCESS_KEY_ID",
       "the two"},
      {"role",
       file_keys,
       "[default]\nrole_arn = arn\nsource_profile = b\n",
       {},
       "profile 'default' has role_arn",
       exporting},
      {"single sign-on", "", "[default]\nsso_session = s\n", {}, "has sso_session", exporting},
      {"old single sign-on",
       "",
       "[default]\nsso_start_url = s\n",
       {},
       "has sso_start_url",
       exporting},
      {"web identity",
       file_keys,
       "",
       {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}},
       "AWS_WEB_IDENTITY_TOKEN_FILE is set",
       exporting},
      {"program",
       "",
       "[default]\ncredential_process = /bin/keys\n" + keys,
       {},
       "has credential_process",
       exporting},
      {"container",
       "",
       "",
       {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}},
       "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set",
       exporting},
      {"line end in a key",
       "",
       "",
       {{"AWS_ACCESS_KEY_ID", "I\r\nX-Evil: 1"}, {"AWS_SECRET_ACCESS_KEY", "S"}},
       "AWS_ACCESS_KEY_ID in the environment has characters that no key has",
       ""},
      {"line end in a bearer token",
       "",
       "",
       {{"AWS_BEARER_TOKEN_BEDROCK", "t\n"}},
       "AWS_BEARER_TOKEN_BEDROCK in the environment has characters",
       ""},
      {"remark behind a key",
       "[default]\naws_access_key_id=I # mine\naws_secret_access_key=S\n",
       "",
       {},
       "aws_access_key_id in profile 'default' in",
       ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Home home;
    if (!c.credentials.empty()) home.credentials(c.credentials);
    if (!c.config.empty()) home.config(c.config);
    for (const auto& [name, value] : c.variables) home.set(name, value);
    const Error error = error_from([&] { home.find(); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.what(), Catch::Contains(c.message));
    CHECK_THAT(error.hint, Catch::Contains(c.hint));
    CHECK_THAT(error.what(), !Catch::Contains("Evil") && !Catch::Contains("mine"));
  }
}

TEST_CASE("a program comes after the keys of the credentials file") {
  Home home;
  home.credentials(file_keys).config("[default]\ncredential_process = /bin/keys\n");
  CHECK(shown(home.find()) == "FILEID file/secret+= -");
}

TEST_CASE("AWS's files must be files that others cannot change") {
  Home home;
  home.credentials(file_keys);
  const std::string path = home.path(".aws/credentials");
  chmod(path.c_str(), 0620);
  Error error = error_from([&] { home.find(); });
  CHECK(error.kind == ErrorKind::configuration);
  CHECK(error.what() == "'" + path + "' may be written by others");
  CHECK(error.hint == "chmod 600 '" + path + "'");

  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  error = error_from([&] { home.find(); });
  CHECK(error.what() == "'" + path + "' is no file");

  std::filesystem::remove(path);
  home.credentials(std::string((1 << 20) + 1, '#'));
  error = error_from([&] { home.find(); });
  CHECK(error.what() == "'" + path + "' is longer than 1 MiB");

  std::filesystem::remove(path);
  std::filesystem::create_symlink("credentials", path);
  error = error_from([&] { home.find(); });
  CHECK_THAT(error.what(), Catch::StartsWith("'" + path + "' cannot be read: "));
}

TEST_CASE("a region is the option, a variable's or the profile's") {
  Home home;
  Error error = error_from([&] { home.region(); });
  CHECK(error.kind == ErrorKind::configuration);
  CHECK_THAT(error.what(), Catch::Contains("AWS_REGION") && Catch::Contains("AWS_DEFAULT_REGION"));
  home.credentials("[default]\nregion = ap-east-1\n");
  CHECK(home.region() == "ap-east-1");
  home.config("[default]\nregion = eu-west-1\n[profile x]\nregion=eu-west-2\n");
  CHECK(home.region() == "eu-west-1");
  home.set("AWS_PROFILE", "x");
  CHECK(home.region() == "eu-west-2");
  home.set("AWS_DEFAULT_REGION", "us-west-1");
  CHECK(home.region() == "us-west-1");
  home.set("AWS_REGION", "us-west-2");
  CHECK(home.region() == "us-west-2");
  CHECK(home.region("us-gov-east-1") == "us-gov-east-1");
}

TEST_CASE("what could become another host is no region") {
  const Home home;
  for (const char* region : {"us-east-1.evil.com/",
                             "us-east-1.evil.com",
                             "us-east-1/",
                             "us east 1",
                             "us-east-1@x",
                             "us-east-1:80",
                             "us-east-1#",
                             "us-east-1?",
                             "US-EAST-1",
                             "-us",
                             "us-",
                             "us_east_1",
                             "\xc3\xbcs-east-1",
                             "us-east-1\n",
                             "us%2deast",
                             "s3-us-west-2",
                             "us-1",
                             "us--east-1",
                             "us-east-one",
                             "us-east-1-"}) {
    CAPTURE(region);
    const Error error = error_from([&] { home.region(region); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK_THAT(error.what(), Catch::Contains("is no AWS region"));
  }
  CHECK(error_from([&] { home.region(std::string(64, 'a')); }).kind == ErrorKind::configuration);
  CHECK(error_from([&] { home.region(""); }).kind == ErrorKind::configuration);
}

}  // namespace
}  // namespace llmctl::config
