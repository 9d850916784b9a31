// Any bytes as a reply of a server of chat completions: `./dev fuzz openai`. The first one says
// what the reply is and how it is cut; the result is an answer or a failure, and the same in every
// split.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"
#include "providers/openai_reader.h"

namespace llmctl::providers {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

struct Shown final : StreamSink {
  void text(std::string_view piece) override {
    require(!piece.empty() && !find_invalid_utf8(piece), "pieces are UTF-8");
    whole += piece;
  }
  std::string whole;
};

/// '0' is a completion in one piece, '1' a stream; 2 more is the next way to cut it, 10 more the
/// next status.
struct Plan {
  explicit Plan(std::uint8_t byte) {
    const auto number = static_cast<std::size_t>(static_cast<std::uint8_t>(byte - '0'));
    constexpr std::array<std::size_t, 5> lengths{SIZE_MAX, 1, 2, 7, 64};
    constexpr std::array<int, 4> statuses{200, 400, 429, 500};
    head.headers = {{"Content-Type", number % 2 == 0 ? "application/json" : "text/event-stream"}};
    piece = lengths[number / 2 % lengths.size()];
    head.status = statuses[number / 10 % statuses.size()];
  }
  http::ReplyHead head;
  std::size_t piece = SIZE_MAX;
};

void check_text(const std::string& text) { require(!find_invalid_utf8(text), "text is UTF-8"); }

void check(const ProviderResult& result) {
  check_text(result.content);
  check_text(result.finish_reason);
  check_text(result.served_model);
  check_text(result.request_id);
  for (const ToolCall& call : result.tool_calls) {
    check_text(call.id);
    check_text(call.name);
    check_text(call.arguments.text);
    require(!call.id.empty(), "a call can be named");
    require(nlohmann::json::accept(call.arguments.text), "arguments are JSON");
  }
  require((result.status == Status::failed) == result.error.has_value(), "a failure says why");
  require(result.status != Status::pending, "there is nothing to wait for");
  if (!result.error) return;
  check_text(result.error->message);
  require(!result.error->message.empty() && result.error->message.size() <= 2000,
          "a failure has a message that is not too long");
}

void feed(ReplyReader& reader, std::string_view body, std::size_t piece, Shown& shown) {
  while (!body.empty()) {
    reader.feed(body.substr(0, piece), &shown);
    body.remove_prefix(std::min(piece, body.size()));
  }
}

ProviderResult read(const Plan& plan, std::string_view body, std::size_t piece) {
  const auto reader = openai::make_reader({{"x-request-id"}, {}});
  reader->begin(plan.head);
  Shown shown;
  feed(*reader, body, piece, shown);
  ProviderResult result = std::get<ProviderResult>(reader->finish());
  check(result);
  require(result.content.starts_with(shown.whole), "what was shown is what is stored");
  return result;
}

void break_off(const Plan& plan, std::string_view body) {
  const auto reader = openai::make_reader({{"x-request-id"}, {}});
  reader->begin(plan.head);
  Shown shown;
  feed(*reader, body, plan.piece, shown);
  ProviderError error;
  error.message = "broken off";
  const ProviderResult result = reader->fail(error);
  check(result);
  require(result.content == shown.whole, "what was shown is kept");
}

void check_reply(std::uint8_t first, std::string_view body) {
  const Plan plan(first);
  const ProviderResult whole = read(plan, body, SIZE_MAX);
  const ProviderResult cut = read(plan, body, plan.piece);
  require(whole.status == cut.status && whole.content == cut.content &&
              whole.finish_reason == cut.finish_reason &&
              whole.tool_calls.size() == cut.tool_calls.size(),
          "every split reads the same");
  break_off(plan, body);
}

}  // namespace
}  // namespace llmctl::providers

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(bytes + 1), size - 1);
  llmctl::providers::check_reply(bytes[0], body);
  return 0;
}
