#pragma once

#include <array>
#include <ostream>
#include <streambuf>

namespace llmctl {

/// A file descriptor as a stream. Unlike std::cout it knows afterwards why it went bad.
class OutputStream final : public std::ostream {
 public:
  explicit OutputStream(int descriptor);
  ~OutputStream() override;

  /// errno of the write that failed; 0 while none has.
  int problem() const { return buffer_.problem; }

 private:
  struct Buffer final : std::streambuf {
    explicit Buffer(int descriptor);
    int_type overflow(int_type character) override;
    int sync() override;

    int descriptor;
    int problem = 0;
    std::array<char, 65536> bytes;
  };

  Buffer buffer_;
};

}  // namespace llmctl
