#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

/// Secrets of providers: the database and seed files name them, the operator's own file or
/// environment holds them and says which hosts may get them.
namespace llmctl::config {

/// Where one credential comes from, and where it may go.
struct CredentialSource {
  /// One of the two: a variable of the environment, or a file whose first line it is.
  std::string variable;
  std::filesystem::path file;
  /// "api.openai.com", "*.openai.azure.com" or "127.0.0.1:8080"; without a port, the scheme's own.
  std::vector<std::string> hosts;
};

class Credentials {
 public:
  using Variable = std::function<std::optional<std::string>(std::string_view name)>;

  /// `declared` stands in the configuration file, and takes the place of a built-in one of that
  /// name. `variable` gives nothing for an empty variable.
  Credentials(std::map<std::string, CredentialSource> declared, Variable variable);

  /// The secret of this name for a request to this URL (https, or http to loopback). Nothing for a
  /// loopback address to which it is not bound. Throws Error(configuration): no such credential,
  /// not bound to the host, or its source gives none.
  std::optional<Secret> find(std::string_view name, std::string_view url) const;

 private:
  CredentialSource source_of(std::string_view name) const;

  std::map<std::string, CredentialSource> declared_;
  Variable variable_;
};

/// The lower-case host of a URL with its port where that is not the scheme's own: "api.openai.com",
/// "127.0.0.1:8080", "[::1]:8080". Nothing for what is no http or https URL, or names a user.
std::optional<std::string> host_of(std::string_view url);
bool is_loopback(std::string_view host);

}  // namespace llmctl::config
