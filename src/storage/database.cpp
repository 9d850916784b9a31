#include "storage/database.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "storage/sqlite/open.h"

namespace llmctl::storage {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// "postgresql://user:secret@host/db?password=secret" without what must not be printed.
std::string without_password(std::string_view url) {
  std::string shown(url);
  const std::size_t authority = shown.find("://") + 3;
  const std::size_t end = shown.find_first_of("/?", authority);
  const std::size_t at = shown.rfind('@', end);
  if (at != std::string::npos && at >= authority) {
    const std::size_t colon = shown.find(':', authority);
    if (colon < at) shown.replace(colon + 1, at - colon - 1, "***");
  }
  const std::size_t key = shown.find("password=");
  if (key != std::string::npos) {
    const std::size_t start = key + std::string_view("password=").size();
    const std::size_t stop = std::min(shown.find('&', start), shown.size());
    shown.replace(start, stop - start, "***");
  }
  return shown;
}

Location sqlite_location(std::string_view path) {
  if (path.empty()) throw Error(ErrorKind::configuration, "the database URL names no file");
  Location location{Location::Engine::sqlite, std::string(path), {}};
  location.display = path == ":memory:" ? "sqlite::memory:"
                                        : std::filesystem::absolute(path).lexically_normal().string();
  return location;
}

}  // namespace

Location parse_location(std::string_view url) {
  std::string_view rest = url;
  if (url.starts_with("postgres://") || url.starts_with("postgresql://")) {
    return {Location::Engine::postgres, std::string(url), without_password(url)};
  }
  if (take_prefix(rest, "sqlite:")) {
    // As Python's tools read them: three slashes are relative, four are absolute.
    if (rest.starts_with("//") && !take_prefix(rest, "///")) {
      throw Error(ErrorKind::configuration, fmt::format("'{}' names a host, which SQLite has not", url),
                  "write sqlite:///relative.db or sqlite:////absolute.db");
    }
    return sqlite_location(rest);
  }
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    throw Error(ErrorKind::configuration,
                fmt::format("unknown database scheme '{}'", url.substr(0, scheme)),
                "llmctl knows sqlite: and postgresql://");
  }
  return sqlite_location(url);
}

std::optional<std::int32_t> read_stamp(const Location& location) {
  return location.engine == Location::Engine::sqlite ? sqlite::read_stamp(location.path) : std::nullopt;
}

std::unique_ptr<Database> open_database(const Location& location, const OpenOptions& options) {
  if (location.engine == Location::Engine::postgres) {
    throw Error(ErrorKind::configuration,
                fmt::format("'{}': this version of llmctl works on SQLite only", location.display));
  }
  return sqlite::open(location, options);
}

}  // namespace llmctl::storage
