#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace llmctl::config {

/// A file of `[section]` and `key = value` lines that may hold secrets: it is wiped with the last
/// use, and nothing of it is copied. Indented lines belong to the key before them and are passed
/// over, as are lines that begin with # or ;.
class IniFile {
 public:
  /// An empty one when there is no such file. Throws Error(configuration) for a file that cannot be
  /// read, that is longer than 1 MiB, or that others may write.
  static IniFile read(const std::filesystem::path& path);
  explicit IniFile(std::filesystem::path path, Secret text)
      : path_(std::move(path)), text_(std::move(text)) {}

  /// The last value of the key, whose case does not count, in any section of one of these names;
  /// nothing for an empty one.
  std::optional<std::string_view> find(const std::vector<std::string_view>& sections,
                                       std::string_view key) const;
  bool has_section(const std::vector<std::string_view>& sections) const;
  /// Throws Error(configuration) when others may read the file.
  void require_unreadable_for_others() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  Secret text_;
};

}  // namespace llmctl::config
