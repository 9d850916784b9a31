#include "config/credentials.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/error.h"
#include "base/text.h"

namespace llmctl::config {
namespace {

/// What nobody has to declare.
struct BuiltIn {
  std::string_view name;
  std::string_view variable;
  std::string_view hosts;         ///< separated by blanks
  std::string_view url_variable;  ///< whose host is bound too: the environment is the operator's
};
constexpr std::array<BuiltIn, 5> built_in{{
    {"openai", "OPENAI_API_KEY", "api.openai.com", "OPENAI_BASE_URL"},
    {"anthropic", "ANTHROPIC_API_KEY", "api.anthropic.com", "ANTHROPIC_BASE_URL"},
    {"azure", "AZURE_OPENAI_API_KEY",
     "*.openai.azure.com *.cognitiveservices.azure.com *.services.ai.azure.com",
     "AZURE_OPENAI_ENDPOINT"},
    {"google", "GEMINI_API_KEY", "generativelanguage.googleapis.com", ""},
    {"intercom", "INTERCOM_ACCESS_TOKEN", "api.intercom.io api.eu.intercom.io api.au.intercom.io",
     ""},
}};

constexpr std::size_t longest_secret = 64 << 10;

/// "*.example.com" stands for every name below it, not for itself.
bool matches(std::string_view host, std::string_view pattern) {
  if (!pattern.starts_with("*.")) return to_lower_ascii(pattern) == host;
  const std::string ending = to_lower_ascii(pattern.substr(1));
  return host.size() > ending.size() && host.ends_with(ending);
}

/// Who may write the file decides what is sent, who may read it has the secret.
void require_private(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw Error(ErrorKind::configuration, fmt::format("cannot read the credential '{}': {}",
                                                      path.string(), std::strerror(errno)));
  }
  const bool is_ours = status.st_uid == geteuid();
  const bool is_safe = (is_ours || status.st_uid == 0) &&
                       (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
                       (status.st_uid == 0 || (status.st_mode & (S_IRGRP | S_IROTH)) == 0);
  if (is_safe) return;
  throw Error(ErrorKind::configuration,
              fmt::format("the credential '{}' can be read or changed by others", path.string()),
              fmt::format("chmod 600 '{}'", path.string()));
}

std::string read_secret_file(const std::filesystem::path& path) {
  require_private(path);
  std::ifstream file(path, std::ios::binary);
  std::string text(longest_secret + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (!file && !file.eof())) {
    throw Error(ErrorKind::configuration,
                fmt::format("cannot read the credential '{}'", path.string()));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// The first line, which must fit into a header.
Secret secret_of(std::string_view name, std::string text) {
  const std::size_t end = text.find_first_of("\r\n");
  if (end != std::string::npos) text.resize(end);
  const bool is_printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  Secret secret(std::move(text));
  if (!secret.reveal().empty() && is_printable && secret.reveal().size() <= longest_secret)
    return secret;
  throw Error(
      ErrorKind::configuration,
      fmt::format("the credential '{}' is empty, too long, or has characters that no header "
                  "may have",
                  name));
}

}  // namespace

Credentials::Credentials(std::map<std::string, CredentialSource> declared, Variable variable)
    : declared_(std::move(declared)), variable_(std::move(variable)) {}

CredentialSource Credentials::source_of(std::string_view name) const {
  if (const auto found = declared_.find(std::string(name)); found != declared_.end())
    return found->second;
  const auto* const known = std::ranges::find(built_in, name, &BuiltIn::name);
  if (known == built_in.end()) {
    throw Error(ErrorKind::configuration, fmt::format("there is no credential '{}'", name),
                fmt::format("declare it in llmctl's config.yaml: credentials: {{{}: {{env: NAME, "
                            "hosts: [HOST]}}}}",
                            name));
  }
  CredentialSource source;
  source.variable = known->variable;
  source.hosts = split(known->hosts, ' ');
  if (known->url_variable.empty()) return source;
  const auto url = variable_(known->url_variable);
  const auto host = url ? host_of(*url) : std::nullopt;
  if (host) source.hosts.push_back(*host);
  return source;
}

std::optional<Secret> Credentials::find(std::string_view name, std::string_view url) const {
  const auto host = host_of(url);
  if (url.starts_with("http://") && host && !is_loopback(*host)) {
    throw Error(ErrorKind::configuration,
                fmt::format("the credential '{}' is not sent to '{}' without TLS", name, *host),
                "write the URL with https://");
  }
  if (!host)
    throw Error(ErrorKind::configuration, fmt::format("'{}' is no URL of a provider", url));
  const bool declares = declared_.contains(std::string(name)) ||
                        std::ranges::find(built_in, name, &BuiltIn::name) != built_in.end();
  if (!declares && is_loopback(*host)) return std::nullopt;
  const CredentialSource source = source_of(name);
  const bool is_bound = std::ranges::any_of(
      source.hosts, [&](const std::string& pattern) { return matches(*host, pattern); });
  if (!is_bound && is_loopback(*host)) return std::nullopt;
  if (!is_bound) {
    throw Error(ErrorKind::configuration,
                fmt::format("the credential '{}' is not for '{}', only for {}", name, *host,
                            fmt::join(source.hosts, ", ")),
                fmt::format("if it is meant to go there, declare it in llmctl's config.yaml with "
                            "hosts: [\"{}\"]",
                            *host));
  }
  if (!source.file.empty()) return secret_of(name, read_secret_file(source.file));
  auto value = variable_(source.variable);
  if (value) return secret_of(name, std::move(*value));
  throw Error(ErrorKind::configuration,
              fmt::format("the credential '{}' is missing: the variable {} is not set", name,
                          source.variable),
              fmt::format("export {}=…", source.variable));
}

std::optional<std::string> host_of(std::string_view url) {
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return std::nullopt;
  std::string_view rest = url.substr(secure ? 8 : 7);
  rest = rest.substr(0, rest.find_first_of("/?#\\"));
  if (rest.empty() || rest.find('@') != std::string_view::npos) return std::nullopt;
  std::string host = to_lower_ascii(rest);
  const std::string_view own_port = secure ? ":443" : ":80";
  if (host.ends_with(own_port) && host.rfind(':') == host.size() - own_port.size())
    host.resize(host.size() - own_port.size());
  if (host.ends_with('.')) host.pop_back();
  return host.empty() ? std::nullopt : std::optional(host);
}

bool is_loopback(std::string_view host) {
  std::string_view name = host;
  if (name.starts_with('[')) {
    name = name.substr(1, name.find(']') - 1);
    return name == "::1";
  }
  name = name.substr(0, name.find(':'));
  if (name == "localhost") return true;
  return name.starts_with("127.") &&
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace llmctl::config
