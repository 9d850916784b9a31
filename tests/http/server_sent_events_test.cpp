#include "http/server_sent_events.h"

#include <catch2/catch.hpp>

#include "tests/support/exchange.h"

namespace llmctl::http {
namespace {

using test::with_line_ends;

/// "name|data|id", with "~" behind an event that the stream did not end.
std::vector<std::string> events_of(std::string_view text, const std::vector<std::size_t>& cuts = {},
                                   bool with_last = true) {
  std::vector<std::string> found;
  const auto keep = [&](const ServerSentEvent& event) {
    found.push_back(event.name + "|" + event.data + "|" + event.id + (event.is_whole ? "" : "~"));
  };
  ServerSentEvents events;
  std::size_t taken = 0;
  for (const std::size_t cut : cuts) {
    events.feed(text.substr(taken, cut - taken), keep);
    taken = cut;
  }
  events.feed(text.substr(taken), keep);
  if (with_last) events.finish(keep);
  CHECK_FALSE(events.is_too_long());
  return found;
}

using Events = std::vector<std::string>;

TEST_CASE("server-sent events are read field by field") {
  struct Case {
    std::string what;
    std::string text;
    Events events;
  };
  const Case cases[] = {
      {"a blank after the colon, or none",
       "data: a\n\ndata:b\n\ndata:  c\n\n",
       {"|a|", "|b|", "| c|"}},
      {"an empty first line of data", "data:\ndata: a\n\n", {"|\na|"}},
      {"several lines of data", "data: a\ndata:\ndata: b\n\n", {"|a\n\nb|"}},
      {"a name belongs to one event", "event: ping\ndata: 1\n\ndata: 2\n\n", {"ping|1|", "|2|"}},
      {"an id holds for later ones",
       "id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n",
       {"|1|7", "|2|7", "|3|"}},
      {"an id with NUL is none", std::string("id: a\0b\ndata: 1\n\n", 17), {"|1|"}},
      {"comments and unknown fields",
       ": hi\n:\nfoo: bar\nfoo\n\ndata: 1\n: in between\n\n",
       {"|1|"}},
      {"no field, no event", "\n\n\n: only this\n\n", {}},
      {"a field without a colon", "data\n\n", {"||"}},
      {"a byte order mark at the very start only",
       "\xef\xbb\xbf"
       "data: 1\n\n\xef\xbb\xbf"
       "data: 2\n\n",
       {"|1|"}},
      {"no other separator ends a line",
       "data: a\xe2\x80\xa8"
       "b\xc2\x85"
       "c\v\f\n\n",
       {"|a\xe2\x80\xa8"
        "b\xc2\x85"
        "c\v\f|"}},
      {"mixed line ends", "data: 1\r\ndata: 2\rdata: 3\n\r\ndata: 4\r\r", {"|1\n2\n3|", "|4|"}},
      {"an error field with an object",
       "data: 1\n\nerror: {\"code\":500}\n\nerror: text\n\n",
       {"|1|", "error|{\"code\":500}|"}},
      {"an error field leaves its event alone",
       "data: 1\nerror: {}\ndata: 2\n\n",
       {"error|{}|", "|1\n2|"}},
      {"the last event without its empty line", "data: 1\n\ndata: 2", {"|1|", "|2|~"}},
      {"the last event with its line end only", "data: 2\n", {"|2|~"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(events_of(c.text) == c.events);
    CHECK(events_of(c.text, test::every_byte_of(c.text)) == c.events);
    for (std::size_t cut = 0; cut <= c.text.size(); ++cut) {
      CAPTURE(cut);
      CHECK(events_of(c.text, {cut}) == c.events);
    }
    if (c.text.find('\r') != std::string::npos) continue;
    for (const std::string_view end : {"\r\n", "\r"}) {
      const std::string text = with_line_ends(c.text, end);
      CAPTURE(end);
      CHECK(events_of(text) == c.events);
      CHECK(events_of(text, test::every_byte_of(text)) == c.events);
    }
  }
}

TEST_CASE("an event that the stream does not end may be dropped") {
  CHECK(events_of("data: 1\n\ndata: 2", {}, false) == Events{"|1|"});
  CHECK(events_of("data: 1\n\ndata: 2\n", {}, false) == Events{"|1|"});
}

TEST_CASE("an event is handed over with the first byte of its empty line's end") {
  ServerSentEvents events;
  int count = 0;
  const auto keep = [&](const ServerSentEvent&) { ++count; };
  events.feed("data: 1\r\n\r", keep);
  CHECK(count == 1);
  events.feed("\n", keep);
  events.feed("data: 2\r\r", keep);
  CHECK(count == 2);
}

TEST_CASE("retry counts only as a number of milliseconds") {
  struct Case {
    std::string value;
    std::optional<Duration> retry;
  };
  const Case cases[] = {
      {"500", std::chrono::milliseconds(500)},
      {"0", Duration{}},
      {"1.5", {}},
      {"-1", {}},
      {"+1", {}},
      {"", {}},
      {"5s", {}},
      {"99999999999999999999", {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.value);
    std::optional<Duration> retry;
    ServerSentEvents events;
    events.feed("retry: " + c.value + "\ndata: 1\n\n",
                [&](const ServerSentEvent& event) { retry = event.retry; });
    CHECK(retry == c.retry);
  }
}

TEST_CASE("an event longer than 16 MiB ends the stream") {
  const std::string line = "data: " + std::string(1 << 20, 'x') + "\n";
  int count = 0;
  const auto keep = [&](const ServerSentEvent&) { ++count; };

  ServerSentEvents many_lines;
  for (int i = 0; i < 15; ++i) many_lines.feed(line, keep);
  CHECK_FALSE(many_lines.is_too_long());
  many_lines.feed("\n", keep);
  CHECK(count == 1);
  for (int i = 0; i < 17; ++i) many_lines.feed(line, keep);
  CHECK(many_lines.is_too_long());
  many_lines.feed("\n\ndata: 1\n\n", keep);
  many_lines.finish(keep);
  CHECK(count == 1);

  ServerSentEvents one_line;
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 17; ++i) one_line.feed(piece, keep);
  CHECK(one_line.is_too_long());
  CHECK(count == 1);
}

}  // namespace
}  // namespace llmctl::http
