#include "chat/runtime.h"

#include "base/error.h"
#include "base/signals.h"

namespace llmctl::chat {

providers::ProviderResult run(Runtime& runtime, providers::Step step) {
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
    runtime.clock.sleep_for(result.delay);
    throw_if_interrupted();
  }
  return result;
}

}  // namespace llmctl::chat
