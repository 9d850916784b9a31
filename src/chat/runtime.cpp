#include "chat/runtime.h"

#include <algorithm>

#include "base/error.h"
#include "base/signals.h"
#include "base/text.h"

namespace llmctl::chat {
namespace {

using providers::ProviderError;
using providers::ProviderErrorKind;
using providers::ProviderResult;

ProviderResult failed(ProviderErrorKind kind, std::string message) {
  ProviderResult result;
  result.status = providers::Status::failed;
  result.error = ProviderError{kind, is_transient(kind), {}, {}, std::move(message)};
  return result;
}

ProviderResult timed_out(Duration limit) {
  return failed(ProviderErrorKind::timeout, "no answer within " + to_string(limit));
}

/// What the database takes on every engine.
bool is_storable(const std::string& text) {
  return text.find('\0') == std::string::npos && !find_invalid_utf8(text);
}

ProviderErrorKind kind_of(http::Failure::Kind kind) {
  switch (kind) {
    case http::Failure::Kind::timeout: return ProviderErrorKind::timeout;
    case http::Failure::Kind::network: return ProviderErrorKind::network;
    case http::Failure::Kind::tls: return ProviderErrorKind::tls;
    case http::Failure::Kind::malformed: return ProviderErrorKind::malformed;
    case http::Failure::Kind::cancelled: return ProviderErrorKind::cancelled;
  }
  return ProviderErrorKind::network;
}

/// Hands a reply on to who reads it.
class Handler final : public http::ReplyHandler {
 public:
  Handler(providers::ReplyReader& reader, providers::StreamSink* sink)
      : reader_(reader), sink_(sink) {}
  void head(const http::ReplyHead& head) override { reader_.begin(head); }
  void body(std::string_view bytes) override { reader_.feed(bytes, sink_); }

 private:
  providers::ReplyReader& reader_;
  providers::StreamSink* sink_;
};

providers::Step perform(Runtime& runtime, providers::Exchange& exchange, Duration limit,
                        providers::StreamSink* sink) {
  if (runtime.client == nullptr)
    throw Error(ErrorKind::internal, "the provider wants a network, and there is none");
  Handler handler(*exchange.reader, sink);
  http::Limits limits;
  limits.total = limit;
  const auto failure = runtime.client->perform(exchange.request, limits, handler);
  if (!failure) return exchange.reader->finish();
  const ProviderErrorKind kind = kind_of(failure->kind);
  return exchange.reader->fail({kind, is_transient(kind), {}, {}, failure->message});
}

}  // namespace

ProviderResult run(Runtime& runtime, providers::Step step, Duration limit,
                   providers::StreamSink* sink) {
  const Duration deadline = runtime.clock.elapsed() + limit;
  while (auto* exchange = std::get_if<providers::Exchange>(&step)) {
    const Duration left = deadline - runtime.clock.elapsed();
    if (left <= Duration::zero()) return timed_out(limit);
    step = perform(runtime, *exchange, left, sink);
  }
  auto result = std::get<ProviderResult>(std::move(step));
  if (result.delay > Duration::zero()) {
    runtime.clock.sleep_for(std::min(result.delay, limit));
    if (interrupted()) return failed(ProviderErrorKind::cancelled, "interrupted");
  }
  if (result.delay > limit) return timed_out(limit);
  if (is_storable(result.content)) return result;
  return failed(ProviderErrorKind::malformed,
                "the answer is no text: it has NUL bytes or is not UTF-8");
}

}  // namespace llmctl::chat
