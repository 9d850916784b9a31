#pragma once

#include <filesystem>

namespace llmctl {

/// A file that is written under a name of its own beside its target, so that nobody ever sees half
/// of it. Gone with this object unless it was published.
class StagedFile {
 public:
  /// Makes it, empty and readable by its owner alone. Throws Error(io).
  explicit StagedFile(std::filesystem::path target);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Takes the target's place in one step. Throws Error(io).
  void publish();
  /// The same, but false, and nothing done, when the target exists.
  bool publish_if_new();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  bool published_ = false;
};

/// What the names of staged files end in.
inline constexpr const char* staged_suffix = ".tmp";

}  // namespace llmctl
