#include "config/settings.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "yaml/binder.h"
#include "yaml/reader.h"

namespace llmctl::config {
namespace {

struct Name {
  std::string_view setting;
  std::string_view variable;
};
constexpr std::array<Name, 7> names{{
    {"db", "LLMCTL_DB"},
    {"format", "LLMCTL_FORMAT"},
    {"error_format", "LLMCTL_ERROR_FORMAT"},
    {"timeout", "LLMCTL_TIMEOUT"},
    {"lock_timeout", "LLMCTL_LOCK_TIMEOUT"},
    {"color", "LLMCTL_COLOR"},
    {"actor", "LLMCTL_ACTOR"},
}};

/// Variables of llmctl's that are no settings.
constexpr std::array<std::string_view, 4> other_variables{"LLMCTL_CONFIG", "LLMCTL_TEST",
                                                          "LLMCTL_CLOCK", "LLMCTL_RANDOM_SEED"};
constexpr std::string_view url_variable = "DATABASE_URL";
constexpr std::string_view prefix = "LLMCTL_";

/// Without the prefix: what every name has in common says nothing of how near two are.
std::vector<std::string> known_variables() {
  std::vector<std::string> known;
  for (const std::string_view name : other_variables)
    known.emplace_back(name.substr(prefix.size()));
  for (const Name& name : names) known.emplace_back(name.variable.substr(prefix.size()));
  return known;
}

/// Names the database in the way of some other tool.
bool sounds_like_a_database(std::string_view variable) {
  return variable.find("DATABASE") != std::string_view::npos ||
         variable.find("_DB") != std::string_view::npos || variable.ends_with("_URL");
}

/// Whoever may write the file decides which database is changed.
void require_private(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return;
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return;
  throw Error(ErrorKind::configuration, fmt::format("'{}' may be written by others", path.string()),
              "chmod go-w " + path.string());
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    // An empty file sets the fail bit too.
    if (file.is_open() && std::filesystem::is_regular_file(path)) return {};
    throw Error(ErrorKind::io,
                fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  }
  return text.str();
}

}  // namespace

Environment read_environment() {
  Environment environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view entry(*variable);
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos) {
      environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
  }
  return environment;
}

Settings::Settings(std::map<std::string, std::string> flags, Environment environment)
    : flags_(std::move(flags)), environment_(std::move(environment)) {
  refuse_misspelt_variables();
  if (const auto named = named_file()) {
    read_file(*named);
  } else if (const auto usual = usual_file()) {
    read_file(*usual);
  }
}

std::optional<std::filesystem::path> Settings::named_file() const {
  const auto flag = flags_.find("config");
  const auto named = flag != flags_.end() ? std::optional(flag->second) : variable("LLMCTL_CONFIG");
  if (!named) return std::nullopt;
  std::error_code problem;
  // What may not be looked at is reported when it is read.
  if (std::filesystem::exists(*named, problem) || problem) return *named;
  throw Error(ErrorKind::not_found, fmt::format("there is no configuration file '{}'", *named));
}

std::optional<std::filesystem::path> Settings::usual_file() const {
  std::vector<std::filesystem::path> places;
  if (const auto folder = user_folder("XDG_CONFIG_HOME", ".config"))
    places.push_back(*folder / "llmctl/config.yaml");
  places.emplace_back("/etc/llmctl/config.yaml");
  const auto there = std::ranges::find_if(places, [](const auto& place) {
    // HOME may be somebody else's, as under sudo.
    std::error_code ignored;
    return std::filesystem::exists(place, ignored);
  });
  return there == places.end() ? std::nullopt : std::optional(*there);
}

std::optional<std::filesystem::path> Settings::user_folder(std::string_view xdg_variable,
                                                           std::string_view below_home) const {
  if (const auto folder = variable(xdg_variable)) return *folder;
  if (const auto home = variable("HOME")) return std::filesystem::path(*home) / below_home;
  return std::nullopt;
}

std::optional<std::string> Settings::variable(std::string_view name) const {
  const auto found = environment_.find(name);
  if (found == environment_.end()) return std::nullopt;
  if (found->second.empty() && (name.starts_with(prefix) || name == url_variable)) {
    throw Error(ErrorKind::configuration, fmt::format("the variable {} is set but empty", name),
                fmt::format("give it a value, or unset {}", name));
  }
  return found->second.empty() ? std::nullopt : std::optional(found->second);
}

void Settings::refuse_misspelt_variables() const {
  const std::vector<std::string> known = known_variables();
  for (const auto& [name, value] : environment_) {
    if (!name.starts_with(prefix)) continue;
    const std::string rest = name.substr(prefix.size());
    if (std::ranges::find(known, rest) != known.end()) continue;
    const auto meant =
        sounds_like_a_database(name) ? std::optional<std::string>("DB") : nearest(rest, known);
    // Other names with the prefix are the user's own: LLMCTL_VERSION of an install script, say.
    if (!meant) continue;
    throw Error(ErrorKind::configuration, fmt::format("llmctl does not know the variable {}", name),
                fmt::format("did you mean {}{}?", prefix, *meant));
  }
}

void Settings::read_file(const std::filesystem::path& path) {
  require_private(path);
  yaml::Problems problems(path.string());
  const yaml::Node root = yaml::parse(read_text(path), problems);
  std::vector<std::string> known;
  for (const Name& name : names) known.emplace_back(name.setting);
  known.insert(known.end(), {"credentials", "allow_private"});
  if (!root.is_missing() && yaml::check_keys(root, "the file", known, problems)) {
    for (const yaml::Entry& entry : root.entries) {
      if (entry.key == "credentials") {
        read_credentials(entry.value, problems);
      } else if (entry.key == "allow_private") {
        allows_private_networks_ =
            yaml::read_boolean(entry.value, entry.key, problems).value_or(false);
      } else if (const auto value = yaml::read_text(entry.value, entry.key, problems)) {
        file_[entry.key] = {*value, path.string()};
      }
    }
  }
  yaml::throw_if_any(problems.sorted());
}

void Settings::read_credentials(const yaml::Node& node, yaml::Problems& problems) {
  if (!node.is_mapping()) {
    problems.add(node.mark, "credentials: must be a mapping of names");
    return;
  }
  static const std::vector<std::string> keys{"env", "file", "hosts"};
  for (const yaml::Entry& entry : node.entries) {
    const std::string name = "credentials." + entry.key;
    if (!yaml::check_keys(entry.value, name, keys, problems)) continue;
    CredentialSource source;
    const yaml::Node* const variable = entry.value.find("env");
    const yaml::Node* const file = entry.value.find("file");
    if ((variable == nullptr) == (file == nullptr))
      problems.add(entry.mark, name + ": needs either 'env' or 'file'");
    if (variable != nullptr)
      source.variable = yaml::read_text(*variable, name + ".env", problems).value_or("");
    if (file != nullptr)
      source.file = yaml::read_text(*file, name + ".file", problems).value_or("");
    const yaml::Node* const hosts = entry.value.find("hosts");
    if (hosts == nullptr || !hosts->is_sequence() || hosts->items.empty()) {
      problems.add(entry.mark, name + ": needs 'hosts', a list of those that may get it");
    } else {
      for (const yaml::Node& host : hosts->items)
        source.hosts.push_back(yaml::read_text(host, name + ".hosts", problems).value_or(""));
    }
    credentials_[entry.key] = std::move(source);
  }
}

std::optional<Setting> Settings::find(std::string_view name) const {
  if (const auto flag = flags_.find(std::string(name)); flag != flags_.end()) {
    std::string option = "--" + flag->first;
    std::ranges::replace(option, '_', '-');
    return Setting{flag->second, option};
  }
  const auto known = std::ranges::find(names, name, &Name::setting);
  if (known != names.end()) {
    if (const auto value = variable(known->variable))
      return Setting{*value, std::string(known->variable)};
  }
  if (name == "db") {
    if (const auto url = variable(url_variable)) return Setting{*url, std::string(url_variable)};
  }
  const auto in_file = file_.find(std::string(name));
  return in_file == file_.end() ? std::nullopt : std::optional(in_file->second);
}

Setting Settings::database() const {
  if (const auto setting = find("db")) return *setting;
  const std::vector<std::string> variables{std::string(url_variable), "LLMCTL_DB"};
  for (const auto& [name, value] : environment_) {
    const auto meant = name.starts_with(prefix) ? std::nullopt : nearest(name, variables);
    if (!meant) continue;
    throw Error(ErrorKind::configuration,
                fmt::format("no database is named, but the variable {} is set", name),
                fmt::format("did you mean {}?", *meant));
  }
  if (variable("CI")) {
    throw Error(ErrorKind::configuration,
                "no database is named, and under CI the default one is not used",
                "set LLMCTL_DB or DATABASE_URL, or give --db");
  }
  const auto folder = user_folder("XDG_DATA_HOME", ".local/share");
  if (!folder) {
    throw Error(ErrorKind::configuration,
                "no database is named, and there is no HOME to look for one",
                "set LLMCTL_DB or give --db");
  }
  return {(*folder / "llmctl/llmctl.db").string(), "default"};
}

std::string Settings::actor() const {
  if (const auto setting = find("actor")) return setting->value;
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : std::to_string(getuid());
}

}  // namespace llmctl::config
