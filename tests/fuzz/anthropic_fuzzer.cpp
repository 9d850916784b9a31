// Any bytes as a reply of a server of Anthropic's Messages: `./dev fuzz anthropic`. The first one
// says what the reply is and how it is cut.
#include "providers/anthropic.h"
#include "tests/fuzz/reply.h"

namespace llmctl::fuzz {
namespace {

std::unique_ptr<providers::ReplyReader> make_reader() {
  model::LlmProvider llm;
  llm.id = "claude";
  llm.model_identifier = "claude";
  const model::Conversation conversation;
  const std::vector<providers::HistoryEntry> history{{"user", "Hi"}};
  const std::optional<model::Agent> agent;
  const std::vector<model::Tool> tools;
  const auto provider = providers::make_anthropic(llm, {});
  auto step = provider->send_message({conversation, history, agent, tools, 0, true});
  return std::move(std::get<providers::Exchange>(step).reader);
}

}  // namespace
}  // namespace llmctl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(bytes + 1), size - 1);
  llmctl::fuzz::check_reply(llmctl::fuzz::make_reader, {bytes[0], "text/event-stream"}, body);
  return 0;
}
