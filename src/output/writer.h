#pragma once

#include <cstddef>
#include <ostream>
#include <string>

namespace llmctl::output {

/// Collects output and hands it to the stream in large pieces.
class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) { text.reserve(chunk + chunk / 4); }

  std::string text;  ///< append here

  /// Call after each record. False: the stream has gone bad, and nothing more needs to be made.
  bool keep_going() { return text.size() < chunk || flush(); }

  bool flush() {
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    text.clear();
    return out_.good();
  }

 private:
  static constexpr std::size_t chunk = 65536;
  std::ostream& out_;
};

}  // namespace llmctl::output
