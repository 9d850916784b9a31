// Any bytes as an AWS event stream: `./dev fuzz eventstream`. The first one says how long the
// pieces are; the frames are the same as those of the whole. The rest is also taken for the headers
// and the payload of a frame, which no checksum protects.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "http/event_stream.h"
#include "tests/support/event_stream.h"

namespace llmctl::http {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

void check(const Frame& frame) {
  for (const auto& [name, value] : frame.headers)
    require(!name.empty() && !find_invalid_utf8(name), "a header has a name in UTF-8");
}

struct Outcome {
  std::vector<std::string> frames;
  bool is_whole = false;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, std::size_t piece) {
  EventStreamReader reader;
  Outcome outcome;
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, piece), [&](const Frame& frame) {
      check(frame);
      outcome.frames.push_back(std::to_string(frame.headers.size()) + " " + frame.payload);
    });
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  outcome.is_whole = reader.finish();
  require(!outcome.is_whole || !reader.problem(), "a stream with a problem is not whole");
  return outcome;
}

void check_splits(std::string_view bytes, std::size_t piece) {
  require(read(bytes, piece) == read(bytes, SIZE_MAX), "every split reads the same");
}

}  // namespace
}  // namespace llmctl::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  const std::size_t piece = 1 + bytes[0] % 16;
  const std::size_t headers = text.size() * (bytes[0] / 16) / 15;
  llmctl::http::check_splits(text, piece);
  const std::string frame = llmctl::test::raw_frame(text.substr(0, headers), text.substr(headers));
  llmctl::http::check_splits(frame + frame, piece);
  return 0;
}
