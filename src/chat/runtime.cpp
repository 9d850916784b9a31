#include "chat/runtime.h"

#include <algorithm>

#include "base/error.h"
#include "base/signals.h"
#include "base/text.h"

namespace llmctl::chat {
namespace {

providers::ProviderResult timed_out(Duration limit) {
  providers::ProviderResult result;
  result.status = providers::Status::failed;
  result.error = providers::ProviderError{
      providers::ProviderErrorKind::timeout, true, {}, {}, "no answer within " + to_string(limit)};
  return result;
}

/// What the database takes on every engine.
bool is_storable(const std::string& text) {
  return text.find('\0') == std::string::npos && !find_invalid_utf8(text);
}

providers::ProviderResult malformed() {
  providers::ProviderResult result;
  result.status = providers::Status::failed;
  result.error =
      providers::ProviderError{providers::ProviderErrorKind::malformed,
                               false,
                               {},
                               {},
                               "the answer is no text: it has NUL bytes or is not UTF-8"};
  return result;
}

}  // namespace

providers::ProviderResult run(Runtime& runtime, providers::Step step, Duration limit) {
  while (auto* exchange = std::get_if<providers::Exchange>(&step)) {
    if (runtime.client == nullptr) {
      throw Error(ErrorKind::internal, "the provider wants a network, and there is none");
    }
    const http::ReplyHead head = runtime.client->perform(
        exchange->request, [&](std::string_view bytes) { exchange->reader->feed(bytes, nullptr); });
    step = exchange->reader->finish(head);
  }
  auto result = std::get<providers::ProviderResult>(std::move(step));
  if (result.delay > Duration::zero()) {
    runtime.clock.sleep_for(std::min(result.delay, limit));
    throw_if_interrupted();
  }
  if (result.delay > limit) return timed_out(limit);
  return is_storable(result.content) ? result : malformed();
}

}  // namespace llmctl::chat
