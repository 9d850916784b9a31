#include "providers/messages_reader.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "providers/http_error.h"
#include "providers/messages_error.h"
#include "providers/reply_json.h"

namespace llmctl::providers::messages {
namespace {

using nlohmann::json;

constexpr std::size_t longest_request_id = 200;  // bytes

bool is_success(const http::ReplyHead& head) { return head.status >= 200 && head.status < 300; }

std::string content_type(const http::ReplyHead& head) {
  const auto type = http::find_header(head.headers, "Content-Type").value_or("");
  return to_lower_ascii(trim(type.substr(0, type.find(';'))));
}

}  // namespace

void Reader::begin(const http::ReplyHead& head) {
  head_ = head;
  is_stream_ = is_success(head) && content_type(head) == stream_type();
}

void Reader::feed(std::string_view bytes, StreamSink* sink) {
  if (is_stream_) {
    feed_stream(bytes, sink);
  } else {
    body_ += bytes;
  }
}

Step Reader::finish() {
  if (is_stream_) return complete(end_of_stream());
  return complete(is_success(head_) ? read_message() : failed_body(body_));
}

ProviderResult Reader::fail(ProviderError error) {
  if (!error.http_status && head_.status != 0) error.http_status = head_.status;
  ProviderResult result;
  result.status = Status::failed;
  result.error = std::move(error);
  return complete(std::move(result));
}

void Reader::take_event(std::string_view text, StreamSink* sink, std::string_view name,
                        bool is_whole) {
  if (failure_ || answer_.has_ended() || trim(text).empty()) return;
  json event = parse_reply(text);
  if (event.is_discarded()) {
    if (is_whole) break_off_malformed("an event of the stream is no JSON");
    return;
  }
  if (!event.is_object()) return break_off_malformed("an event of the stream is no mapping");
  if (!event.contains("type") && !name.empty()) event["type"] = name;
  if (is_error(event)) return break_off(failed_answer(head_, event, now()));
  answer_.add(event, sink);
  if (!answer_.fault().empty()) break_off_malformed(answer_.fault());
}

void Reader::break_off(ProviderResult failure) {
  if (!failure_ && !answer_.has_ended()) failure_ = std::move(failure);
}

void Reader::break_off_malformed(std::string_view what) { break_off(malformed_reply(head_, what)); }

ProviderResult Reader::read_message() {
  const json message = parse_reply(body_);
  if (message.is_discarded()) {
    return malformed_reply(head_, trim(body_).empty() ? "the reply is empty"
                                  : trim(body_).starts_with('<')
                                      ? "the reply is a page of HTML: is configuration.base_url "
                                        "the right one?"
                                      : "the reply is no JSON, or not all of it");
  }
  if (is_error(message)) return failed_answer(head_, message, now());
  answer_.read(message);
  if (!answer_.fault().empty()) return malformed_reply(head_, answer_.fault());
  return end_of_answer();
}

ProviderResult Reader::end_of_stream() {
  const auto problem = end_stream();
  if (failure_) return *failure_;
  if (answer_.has_ended()) return end_of_answer();
  if (problem) return malformed_reply(head_, *problem);
  return failed_reply(head_, ProviderErrorKind::network, "the stream ended before the answer did",
                      now());
}

ProviderResult Reader::end_of_answer() const {
  if (!answer_.is_refused()) return {};
  // Part of a text that was stopped is no answer, and would make the next turn refused too.
  return failed_reply(head_, ProviderErrorKind::content_filter,
                      answer_.explanation().empty()
                          ? "the model refused to answer"
                          : fmt::format("the model refused to answer: {}", answer_.explanation()),
                      now());
}

ProviderResult Reader::complete(ProviderResult result) const {
  answer_.fill(result);
  const auto id = http::find_header(head_.headers, request_id_header());
  if (id && !trim(*id).empty()) result.request_id = trim(*id);
  result.request_id = replace_invalid_utf8(result.request_id.substr(0, longest_request_id));
  return result;
}

}  // namespace llmctl::providers::messages
