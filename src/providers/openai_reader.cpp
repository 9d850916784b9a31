#include "providers/openai_reader.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "http/server_sent_events.h"
#include "providers/http_error.h"
#include "providers/openai_answer.h"
#include "providers/openai_error.h"
#include "providers/reply_json.h"

namespace llmctl::providers::openai {
namespace {

using nlohmann::json;

constexpr std::size_t longest_request_id = 200;  // bytes

bool is_success(const http::ReplyHead& head) { return head.status >= 200 && head.status < 300; }

bool is_event_stream(const http::ReplyHead& head) {
  const auto type = http::find_header(head.headers, "Content-Type").value_or("");
  return to_lower_ascii(trim(type.substr(0, type.find(';')))) == "text/event-stream";
}

class Reader final : public ReplyReader {
 public:
  explicit Reader(ReaderOptions options) : options_(std::move(options)) {}

  void begin(const http::ReplyHead& head) override {
    head_ = head;
    is_stream_ = is_success(head) && is_event_stream(head);
  }

  void feed(std::string_view bytes, StreamSink* sink) override {
    if (is_stream_) {
      events_.feed(bytes, [&](const http::ServerSentEvent& event) { take(event, sink); });
    } else {
      body_ += bytes;
    }
  }

  Step finish() override {
    if (!is_stream_)
      return complete(is_success(head_) ? read_completion() : failed_body(head_, body_, now()));
    events_.finish([&](const http::ServerSentEvent& event) { take(event, nullptr); });
    return complete(end_of_stream());
  }

  ProviderResult fail(ProviderError error) override {
    if (!error.http_status && head_.status != 0) error.http_status = head_.status;
    ProviderResult result;
    result.status = Status::failed;
    result.error = std::move(error);
    return complete(std::move(result));
  }

 private:
  Timestamp now() const { return options_.now ? options_.now() : Timestamp{}; }

  void take(const http::ServerSentEvent& event, StreamSink* sink) {
    if (is_done_ || failure_ || trim(event.data).empty()) return;
    if (event.data.starts_with("[DONE]")) {
      is_done_ = true;
      return;
    }
    const json chunk = parse_reply(event.data);
    if (chunk.is_discarded()) {
      // What was cut off is no fault of its form.
      if (event.is_whole) failure_ = malformed_reply(head_, "an event of the stream is no JSON");
    } else if (is_error(chunk)) {
      failure_ = failed_value(head_, chunk, now());
    } else if (event.name == "error") {
      failure_ = failed_value(head_, json{{"error", chunk}}, now());
    } else {
      take_chunk(chunk, sink);
    }
  }

  /// A completion or a chunk of one, in which a router may say that its server failed.
  void take_chunk(const json& chunk, StreamSink* sink) {
    for (const json& choice : member(chunk, "choices")) {
      if (is_error(choice)) failure_ = failed_value(head_, choice, now());
    }
    answer_.add(chunk, sink);
    if (!failure_ && !answer_.fault().empty()) failure_ = malformed_reply(head_, answer_.fault());
  }

  ProviderResult read_completion() {
    const json completion = parse_reply(body_);
    if (completion.is_discarded()) {
      return malformed_reply(head_,
                             trim(body_).empty() ? "the reply is empty"
                             : trim(body_).starts_with('<')
                                 ? "the reply is a page of HTML: does configuration.base_url "
                                   "lack a path such as /v1?"
                                 : "the reply is no JSON, or not all of it");
    }
    if (is_error(completion)) return failed_value(head_, completion, now());
    take_chunk(completion, nullptr);
    if (failure_) return *failure_;
    if (!answer_.has_choice()) return malformed_reply(head_, "the reply has no choice");
    return end_of_answer();
  }

  ProviderResult end_of_stream() {
    if (failure_) return *failure_;
    if (!is_done_ && events_.is_too_long())
      return malformed_reply(head_, "an event of the stream is longer than 16 MiB");
    if (!is_done_ && !answer_.has_finish_reason()) {
      return failed_reply(head_, ProviderErrorKind::network,
                          "the stream ended before the answer did", now());
    }
    if (!answer_.has_choice()) return malformed_reply(head_, "the stream has no choice");
    return end_of_answer();
  }

  ProviderResult end_of_answer() const {
    if (!answer_.is_withheld()) return {};
    return failed_reply(
        head_, ProviderErrorKind::content_filter,
        answer_.categories().empty()
            ? "the content filter withheld the answer"
            : fmt::format("the content filter withheld the answer: {}", answer_.categories()),
        now());
  }

  /// The outcome with all that is known of the answer, which may be a part of it.
  ProviderResult complete(ProviderResult result) const {
    answer_.fill(result);
    for (const std::string_view name : options_.request_id_headers) {
      const auto id = http::find_header(head_.headers, name);
      if (!id || trim(*id).empty()) continue;
      result.request_id = replace_invalid_utf8(trim(*id).substr(0, longest_request_id));
      break;
    }
    return result;
  }

  ReaderOptions options_;
  http::ReplyHead head_;
  bool is_stream_ = false;
  bool is_done_ = false;
  std::string body_;
  http::ServerSentEvents events_;
  Answer answer_;
  std::optional<ProviderResult> failure_;
};

}  // namespace

std::unique_ptr<ReplyReader> make_reader(ReaderOptions options) {
  return std::make_unique<Reader>(std::move(options));
}

}  // namespace llmctl::providers::openai
