#include "config/ini_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>

#include "base/error.h"
#include "base/text.h"

namespace llmctl::config {
namespace {

constexpr std::size_t longest_file = std::size_t{1} << 20;

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view problem,
                         std::string hint = {}) {
  throw Error(ErrorKind::configuration, fmt::format("'{}' {}", path.string(), problem),
              std::move(hint));
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// `[ profile  "x" ]` is "profile x"; nothing for a line that begins no section.
std::optional<std::string> section_of(std::string_view line) {
  const std::size_t end = line.find(']');
  if (!line.starts_with('[') || end == std::string_view::npos) return std::nullopt;
  std::string name;
  for (const char c : trim_blanks(line.substr(1, end - 1))) {
    if (c == '"' || c == '\'') continue;
    if (!is_blank(c)) {
      name += c;
    } else if (!name.ends_with(' ')) {
      name += ' ';
    }
  }
  return name;
}

struct Entry {
  std::string_view key;
  std::string_view value;
};
std::optional<Entry> entry_of(std::string_view line) {
  if (line.empty() || is_blank(line.front()) || line.front() == '#' || line.front() == ';')
    return std::nullopt;
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  return Entry{trim_blanks(line.substr(0, equals)), trim_blanks(line.substr(equals + 1))};
}

void each_line(std::string_view text, const std::function<void(std::string_view)>& take) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    take(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool is_among(const std::string& section, const std::vector<std::string_view>& sections) {
  return std::ranges::find(sections, section) != sections.end();
}

}  // namespace

IniFile IniFile::read(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return IniFile(path, Secret(""));
    refuse(path, fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) refuse(path, "is no file");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    refuse(path, "may be written by others", fmt::format("chmod 600 '{}'", path.string()));
  if (status.st_uid != geteuid() && status.st_uid != 0) refuse(path, "belongs to somebody else");
  if (static_cast<std::size_t>(status.st_size) > longest_file) refuse(path, "is longer than 1 MiB");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  Secret secret(std::move(text));
  if (!file) refuse(path, "cannot be read");
  return IniFile(path, std::move(secret));
}

std::optional<std::string_view> IniFile::find(const std::vector<std::string_view>& sections,
                                              std::string_view key) const {
  bool is_inside = false;
  std::optional<std::string_view> found;
  each_line(text_.reveal(), [&](std::string_view line) {
    if (const auto section = section_of(line)) {
      is_inside = is_among(*section, sections);
    } else if (const auto entry = entry_of(line);
               entry && is_inside && to_lower_ascii(entry->key) == key) {
      found = entry->value;
    }
  });
  return found && found->empty() ? std::nullopt : found;
}

bool IniFile::has_section(const std::vector<std::string_view>& sections) const {
  bool is_there = false;
  each_line(text_.reveal(), [&](std::string_view line) {
    const auto section = section_of(line);
    is_there = is_there || (section && is_among(*section, sections));
  });
  return is_there;
}

void IniFile::require_unreadable_for_others() const {
  struct stat status {};
  // What root shows to everybody, as container platforms do, is root's decision.
  if (stat(path_.c_str(), &status) != 0 || status.st_uid == 0) return;
  if ((status.st_mode & (S_IRGRP | S_IROTH)) == 0) return;
  refuse(path_, "holds keys and may be read by others",
         fmt::format("chmod 600 '{}'", path_.string()));
}

}  // namespace llmctl::config
