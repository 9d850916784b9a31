#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

namespace llmctl {

/// Closes what it holds; below 0 there is nothing.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

/// Throws Error(io): "cannot write to 'a.db': No space left on device", with the reason in errno.
[[noreturn]] void throw_errno(std::string_view doing, const std::filesystem::path& path);

/// Whether something stands there: a directory, or a file that is not empty.
bool has_content(const std::filesystem::path& path);

/// Flushes a file, or the names in a directory, to the disk. Throws Error(io).
void write_through(const std::filesystem::path& path);

}  // namespace llmctl
