#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "providers/messages_answer.h"
#include "providers/provider.h"

namespace llmctl::providers::messages {

/// Reads a Message, or a stream of events of which one will be: the reply's content type says
/// which. What carries the events, and how errors look, differs between services.
class Reader : public ReplyReader {
 public:
  void begin(const http::ReplyHead& head) final;
  void feed(std::string_view bytes, StreamSink* sink) final;
  Step finish() final;
  ProviderResult fail(ProviderError error) final;

 protected:
  explicit Reader(std::function<Timestamp()> now) : now_(std::move(now)) {}

  /// The content type of streams, lower case.
  virtual std::string_view stream_type() const = 0;
  virtual std::string_view request_id_header() const = 0;
  /// The failed result of a reply whose status is no success.
  virtual ProviderResult failed_body(std::string_view body) const = 0;
  virtual void feed_stream(std::string_view bytes, StreamSink* sink) = 0;
  /// The stream is over: why it cannot be understood, or nothing.
  virtual std::optional<std::string> end_stream() = 0;

  /// The JSON of one event. A type that it lacks is `name`; one that was cut off is passed over.
  void take_event(std::string_view text, StreamSink* sink, std::string_view name = {},
                  bool is_whole = true);
  /// The first failure counts, and none after the answer's end.
  void break_off(ProviderResult failure);
  void break_off_malformed(std::string_view what);

  const http::ReplyHead& head() const { return head_; }
  Timestamp now() const { return now_ ? now_() : Timestamp{}; }

 private:
  ProviderResult read_message();
  ProviderResult end_of_stream();
  ProviderResult end_of_answer() const;
  ProviderResult complete(ProviderResult result) const;

  std::function<Timestamp()> now_;
  http::ReplyHead head_;
  bool is_stream_ = false;
  std::string body_;
  Answer answer_;
  std::optional<ProviderResult> failure_;
};

}  // namespace llmctl::providers::messages
