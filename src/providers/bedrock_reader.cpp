#include "providers/bedrock_reader.h"

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "http/event_stream.h"
#include "providers/bedrock_error.h"
#include "providers/messages_reader.h"
#include "providers/reply_json.h"

namespace llmctl::providers::bedrock {
namespace {

class Reader final : public messages::Reader {
 public:
  Reader(Timestamp sent_at, std::function<Timestamp()> now)
      : messages::Reader(std::move(now)), sent_at_(sent_at) {}

 private:
  std::string_view stream_type() const override { return "application/vnd.amazon.eventstream"; }
  std::string_view request_id_header() const override { return "x-amzn-RequestId"; }

  ProviderResult failed_body(std::string_view body) const override {
    return failed_answer(head(), body, sent_at_, now());
  }

  void feed_stream(std::string_view bytes, StreamSink* sink) override {
    frames_.feed(bytes, [&](const http::Frame& frame) { take(frame, sink); });
    if (frames_.problem()) break_off_malformed(*frames_.problem());
  }

  std::optional<std::string> end_stream() override { return frames_.problem(); }

  void take(const http::Frame& frame, StreamSink* sink) {
    const std::string_view type = frame.text(":message-type");
    if (type == "exception") {
      break_off(failed_exception(head(), frame.text(":exception-type"), frame.payload, now()));
    } else if (type == "error") {
      const nlohmann::json body{{"message", std::string(frame.text(":error-message"))}};
      break_off(failed_exception(head(), frame.text(":error-code"), body.dump(), now()));
    } else if (type == "event" && frame.text(":event-type") == "chunk") {
      take_chunk(frame.payload, sink);
    }
  }

  /// {"bytes": "…"}, and padding that hides how long the text is.
  void take_chunk(std::string_view payload, StreamSink* sink) {
    const nlohmann::json chunk = parse_reply(payload);
    const nlohmann::json& bytes = member(chunk, "bytes");
    const auto event =
        bytes.is_string() ? decode_base64(bytes.get_ref<const std::string&>()) : std::nullopt;
    if (!event) return break_off_malformed("a chunk of the stream has no bytes in base64");
    take_event(*event, sink);
  }

  Timestamp sent_at_;
  http::EventStreamReader frames_;
};

}  // namespace

std::unique_ptr<ReplyReader> make_reader(Timestamp sent_at, std::function<Timestamp()> now) {
  return std::make_unique<Reader>(sent_at, std::move(now));
}

}  // namespace llmctl::providers::bedrock
