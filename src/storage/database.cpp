#include "storage/database.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "storage/sqlite/open.h"

namespace llmctl::storage {
namespace {

/// Schemes are the same in any case (RFC 3986, section 3.1).
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (to_lower_ascii(text.substr(0, prefix.size())) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Where "?key=value&…" starts, or the end. A password may hold a '?' too, even one that looks so.
std::size_t find_query(std::string_view url) {
  const std::size_t authority_end = std::min(url.rfind('@'), url.size());
  const std::size_t start = authority_end == url.size() ? 0 : authority_end;
  for (std::size_t at = url.find('?', start); at != std::string_view::npos;
       at = url.find('?', at + 1)) {
    const std::size_t end_of_key = url.find_first_of("=@:/?&", at + 1);
    if (end_of_key != std::string_view::npos && url[end_of_key] == '=') return at;
  }
  return url.size();
}

/// A key may be percent-encoded.
bool may_name_a_password(std::string_view key) {
  return key.find("password") != std::string_view::npos || key.find('%') != std::string_view::npos;
}

/// "postgresql://user:secret@host/db?password=secret" without what must not be printed. Reads more
/// as a password than libpq does: a URL that it would refuse is shown too.
std::string without_password(std::string_view url) {
  const std::size_t query = find_query(url);
  std::string shown(url.substr(0, query));
  const std::size_t authority = shown.find("://") + 3;
  const std::size_t at = shown.rfind('@');
  const std::size_t colon = shown.find(':', authority);
  if (at != std::string::npos && colon < at) shown.replace(colon + 1, at - colon - 1, "***");

  std::string_view rest = url.substr(query);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&', 1));
    const std::size_t equals = pair.find('=');
    const bool mask =
        equals != std::string_view::npos && may_name_a_password(pair.substr(0, equals));
    shown += mask ? std::string(pair.substr(0, equals)) + "=***" : std::string(pair);
    rest.remove_prefix(pair.size());
  }
  return shown;
}

/// Refuses what would become a file whose name nobody meant.
void require_plain_path(std::string_view path) {
  const auto refuse = [&](std::string_view why, std::string_view instead) {
    throw Error(ErrorKind::configuration, fmt::format("'{}' {}", path, why),
                fmt::format("write {}, or ./{} for a file of that name", instead, path));
  };
  if (path.starts_with("~/"))
    refuse("begins with a ~, which nobody has made a directory: a shell does, outside of quotes",
           fmt::format("$HOME{}", path.substr(1)));
  const std::string_view scheme = path.substr(0, path.find(':'));
  if (scheme.size() == path.size() || scheme.find('/') != std::string_view::npos) return;
  const std::string_view rest = path.substr(scheme.size() + 1);
  // SQLite would read it as a URI, but not before a file of the whole name was made.
  if (to_lower_ascii(scheme) == "file") refuse("is a URI, which llmctl does not read", rest);
  const std::vector<std::string> known{"sqlite", "postgresql"};
  if (const auto meant = nearest(scheme, known))
    refuse("begins with an unknown scheme", fmt::format("{}:{}", *meant, rest));
}

Location sqlite_location(std::string_view path) {
  if (path.empty()) throw Error(ErrorKind::configuration, "the database URL names no file");
  require_plain_path(path);
  if (path.find("password=") != std::string_view::npos) {
    throw Error(ErrorKind::configuration,
                "the database is named by key=value pairs, which llmctl does not read",
                "write a path or sqlite:PATH");
  }
  Location location{Location::Engine::sqlite, std::string(path), {}};
  location.display = path == ":memory:"
                         ? "sqlite::memory:"
                         : std::filesystem::absolute(path).lexically_normal().string();
  return location;
}

}  // namespace

Location parse_location(std::string_view url) {
  std::string_view rest = url;
  if (take_prefix(rest, "postgres://") || take_prefix(rest, "postgresql://")) {
    return {Location::Engine::postgres, std::string(url), without_password(url)};
  }
  if (take_prefix(rest, "sqlite:")) {
    // As Python's tools read them: three slashes are relative, four are absolute.
    if (rest.starts_with("//") && !take_prefix(rest, "///")) {
      throw Error(ErrorKind::configuration, "the sqlite: URL names a host, which SQLite has not",
                  "write sqlite:///relative.db or sqlite:////absolute.db");
    }
    if (rest.find('?') != std::string_view::npos) {
      throw Error(ErrorKind::configuration,
                  fmt::format("'{}' has parameters, which llmctl does not read", url),
                  "leave out what follows the '?'; a file with such a name is given as a path");
    }
    return sqlite_location(rest);
  }
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    throw Error(ErrorKind::configuration,
                fmt::format("unknown database scheme '{}'", url.substr(0, scheme)),
                "write a path or sqlite:PATH");
  }
  return sqlite_location(url);
}

std::optional<std::int32_t> read_stamp(const Location& location) {
  return location.engine == Location::Engine::sqlite ? sqlite::read_stamp(location.path)
                                                     : std::nullopt;
}

bool is_reachable(const Location& location, Access access) {
  return location.engine != Location::Engine::sqlite || sqlite::is_reachable(location.path, access);
}

std::unique_ptr<Database> open_database(const Location& location, const OpenOptions& options) {
  if (location.engine == Location::Engine::postgres) {
    throw Error(ErrorKind::configuration,
                fmt::format("'{}': this version of llmctl works on SQLite only", location.display));
  }
  return sqlite::open(location, options);
}

}  // namespace llmctl::storage
