#include "chat/runtime.h"

#include <algorithm>

#include "base/error.h"
#include "base/signals.h"

namespace llmctl::chat {
namespace {

providers::ProviderResult timed_out(Duration limit) {
  providers::ProviderResult result;
  result.status = providers::Status::failed;
  result.error = providers::ProviderError{
      providers::ProviderErrorKind::timeout, true, {}, {}, "no answer within " + to_string(limit)};
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
  return result.delay > limit ? timed_out(limit) : result;
}

}  // namespace llmctl::chat
