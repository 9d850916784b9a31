// Any bytes as a reply of Amazon Bedrock: `./dev fuzz bedrock`. The first one says what the reply
// is and how it is cut. Each line of a stream is the payload of a frame, an exception's after '!',
// a chunk's after '?', else the event in a chunk; so no checksum stands between the mutations and
// the reader.
#include "providers/bedrock_reader.h"
#include "tests/fuzz/reply.h"
#include "tests/support/event_stream.h"

namespace llmctl::fuzz {
namespace {

constexpr const char* stream_type = "application/vnd.amazon.eventstream";

std::unique_ptr<providers::ReplyReader> make_reader() {
  return providers::bedrock::make_reader({}, {});
}

std::string frames_of(std::string_view lines) {
  std::string frames;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.starts_with('!')) {
      frames += test::exception_frame("throttlingException", line.substr(1));
    } else if (line.starts_with('?')) {
      frames += test::event_frame("chunk", line.substr(1));
    } else {
      frames +=
          test::event_frame("chunk", R"({"bytes":")" + test::to_base64(line) + R"(","p":"a"})");
    }
  }
  return frames;
}

}  // namespace
}  // namespace llmctl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace llmctl::fuzz;
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(bytes + 1), size - 1);
  const Plan plan(bytes[0], stream_type);
  check_reply(make_reader, plan, body);
  check_reply(make_reader, plan, frames_of(body));
  return 0;
}
