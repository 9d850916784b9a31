#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

/// Databases that are copied instead of made: for tests that each begin with a fresh one.
namespace llmctl::admin {

/// What making the template did; told again with each copy.
struct TemplateFacts {
  std::int64_t migrations_applied = 0;
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
};

/// A directory of finished SQLite files. Any number of processes may use it at once: each makes a
/// template under a name of its own and then moves it into place.
class TemplateCache {
 public:
  /// Makes the directory, for its owner alone, when there is none. Throws Error: refused when
  /// others may write to it, io.
  explicit TemplateCache(std::filesystem::path directory);

  /// Makes `target`, or where links from it lead, a copy of this template and returns what it is;
  /// nothing when there is no such template, or when the file is not exactly what `build` wrote.
  /// The copy appears whole or not at all, and is not flushed to the disk. Throws as
  /// require_new_target does, and Error(io).
  std::optional<TemplateFacts> copy(const std::string& key,
                                    const std::filesystem::path& target) const;

  /// Lets `fill` make a database in an empty file, and keeps that as the template. `fill` must have
  /// closed it when it returns. Also clears away what killed builders left long ago.
  void build(const std::string& key,
             const std::function<TemplateFacts(const std::filesystem::path& file)>& fill) const;

  /// Whether `build` and `write_note` may write there at all.
  bool is_writable() const;

  /// A short text that belongs to a key; empty when there is none.
  std::string note(const std::string& key) const;
  void write_note(const std::string& key, const std::string& text) const;

 private:
  std::filesystem::path template_path(const std::string& key) const;
  std::filesystem::path note_path(const std::string& key) const;
  void remove_leftovers() const;

  std::filesystem::path directory_;
};

/// Throws Error(refused) unless a new database can stand there: there is no file or an empty one,
/// and no log or journal of an earlier one.
void require_new_target(const std::filesystem::path& target);

}  // namespace llmctl::admin
