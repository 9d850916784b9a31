#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/credentials.h"
#include "yaml/node.h"
#include "yaml/problems.h"

namespace llmctl::config {

/// One value and where it came from: "--db", "LLMCTL_DB", a file's path, or "default".
struct Setting {
  std::string value;
  std::string source;
};

/// The process's environment, as a value, so that tests bring their own.
using Environment = std::map<std::string, std::string, std::less<>>;
Environment read_environment();

/// Flag, then LLMCTL_*, then DATABASE_URL (for db alone), then the config file, then the built-in
/// default. Names are those of the config file: db, format, error_format, timeout, lock_timeout,
/// color, actor. The file alone may also say `credentials: {NAME: {env: VARIABLE, hosts: [HOST]}}`,
/// with `file: PATH` for `env`, and `allow_private: true`.
class Settings {
 public:
  /// `flags` holds what the command line named. Reads the config file that `config` or
  /// LLMCTL_CONFIG names (66 when it is not there), else $XDG_CONFIG_HOME/llmctl/config.yaml or
  /// /etc/llmctl/config.yaml if there is one. Throws Error: configuration for a variable that is
  /// empty or misspelt, for a file others may write; invalid_data for a file that cannot be read as
  /// one.
  Settings(std::map<std::string, std::string> flags, Environment environment);

  std::optional<Setting> find(std::string_view name) const;
  /// The URL to open. Where CI is set the default is refused, as it is when a variable looks like a
  /// misspelt one.
  Setting database() const;
  /// Who acts: the setting, else the user's name.
  std::string actor() const;

  const Environment& environment() const { return environment_; }
  /// The sources of secrets that the config file declares.
  const std::map<std::string, CredentialSource>& credentials() const { return credentials_; }
  /// Whether providers may be asked in private networks (RFC 1918): only the config file says so.
  bool allows_private_networks() const { return allows_private_networks_; }

 private:
  void refuse_misspelt_variables() const;
  std::optional<std::filesystem::path> named_file() const;
  std::optional<std::filesystem::path> usual_file() const;
  std::optional<std::filesystem::path> user_folder(std::string_view xdg_variable,
                                                   std::string_view below_home) const;
  void read_file(const std::filesystem::path& path);
  void read_credentials(const yaml::Node& node, yaml::Problems& problems);
  std::optional<std::string> variable(std::string_view name) const;

  std::map<std::string, std::string> flags_;
  Environment environment_;
  std::map<std::string, Setting> file_;
  std::map<std::string, CredentialSource> credentials_;
  bool allows_private_networks_ = false;
};

}  // namespace llmctl::config
