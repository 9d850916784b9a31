// Any bytes as a stream of server-sent events: `./dev fuzz sse`. The first one says how long the
// pieces are; the events are the same as those of the whole.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "http/server_sent_events.h"

namespace llmctl::http {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

void check(const ServerSentEvent& event) {
  require(event.name.find_first_of("\r\n") == std::string::npos, "a name is one line");
  require(event.id.find_first_of(std::string("\r\n\0", 3)) == std::string::npos,
          "an id is one line without NUL");
  require(event.data.find('\r') == std::string::npos, "lines of data end in line feeds");
  require(!event.retry || *event.retry >= Duration::zero(), "nobody waits backwards");
}

std::vector<std::string> events_of(std::string_view text, std::size_t piece) {
  std::vector<std::string> found;
  const auto keep = [&](const ServerSentEvent& event) {
    check(event);
    found.push_back(event.name + "\n" + event.data + "\n" + event.id);
    found.back() += event.is_whole ? "" : " (cut off)";
  };
  ServerSentEvents events;
  while (!text.empty()) {
    events.feed(text.substr(0, piece), keep);
    text.remove_prefix(std::min(piece, text.size()));
  }
  events.finish(keep);
  require(!events.is_too_long(), "short streams have short events");
  return found;
}

}  // namespace
}  // namespace llmctl::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  const std::size_t piece = 1 + bytes[0] % 16;
  llmctl::http::require(
      llmctl::http::events_of(text, piece) == llmctl::http::events_of(text, SIZE_MAX),
      "every split reads the same");
  return 0;
}
