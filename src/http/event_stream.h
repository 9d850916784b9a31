#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace llmctl::http {

/// Whole numbers of every width and timestamps (milliseconds since 1970) are one type; text, bytes
/// and UUIDs (16 bytes) are another.
using FrameHeader = std::variant<bool, std::int64_t, std::string>;

/// One message of an event stream.
struct Frame {
  std::vector<std::pair<std::string, FrameHeader>> headers;
  std::string payload;

  /// The text of the header of this name; empty when there is none.
  std::string_view text(std::string_view name) const;
};

/// Reads application/vnd.amazon.eventstream
/// (https://smithy.io/2.0/aws/amazon-eventstream.html): both checksums are verified, headers are
/// at most 128 KiB, payloads at most 24 MiB.
class EventStreamReader {
 public:
  using Take = std::function<void(const Frame&)>;

  /// Takes any split of the bytes, and hands on every frame that is whole. After a problem it takes
  /// nothing more.
  void feed(std::string_view bytes, const Take& take);

  /// What is wrong with the bytes so far; nothing while all is well.
  const std::optional<std::string>& problem() const { return problem_; }

  /// The bytes are at an end: whether that is between two frames, without a problem.
  bool finish() const { return !problem_ && buffer_.empty(); }

 private:
  /// The length of the frame at the start of `bytes`; nothing when its first bytes are not all
  /// there, or there is a problem.
  std::optional<std::size_t> frame_length(std::string_view bytes);
  std::optional<Frame> read_frame(std::string_view bytes);

  std::string buffer_;  ///< a part of a frame
  std::optional<std::string> problem_;
};

}  // namespace llmctl::http
