#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/text.h"
#include "providers/provider.h"

/// What holds of whatever a provider's reader is fed.
namespace llmctl::fuzz {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

struct Shown final : providers::StreamSink {
  void text(std::string_view piece) override {
    require(!piece.empty() && !find_invalid_utf8(piece), "pieces are UTF-8");
    whole += piece;
  }
  std::string whole;
};

/// '0' is JSON in one piece, '1' a stream; 2 more is the next way to cut it, 10 more the next
/// status.
struct Plan {
  Plan(std::uint8_t byte, const char* stream_type) {
    const auto number = static_cast<std::size_t>(static_cast<std::uint8_t>(byte - '0'));
    constexpr std::array<std::size_t, 5> lengths{SIZE_MAX, 1, 2, 7, 64};
    constexpr std::array<int, 4> statuses{200, 400, 429, 500};
    head.headers = {{"Content-Type", number % 2 == 0 ? "application/json" : stream_type}};
    piece = lengths[number / 2 % lengths.size()];
    head.status = statuses[number / 10 % statuses.size()];
  }
  http::ReplyHead head;
  std::size_t piece = SIZE_MAX;
};

inline void check_text(const std::string& text) {
  require(!find_invalid_utf8(text), "text is UTF-8");
}

inline void check(const providers::ProviderResult& result) {
  check_text(result.content);
  check_text(result.finish_reason);
  check_text(result.served_model);
  check_text(result.request_id);
  for (const providers::ToolCall& call : result.tool_calls) {
    check_text(call.id);
    check_text(call.name);
    check_text(call.arguments.text);
    require(!call.id.empty(), "a call can be named");
    require(nlohmann::json::accept(call.arguments.text), "arguments are JSON");
  }
  require((result.status == providers::Status::failed) == result.error.has_value(),
          "a failure says why");
  require(result.status != providers::Status::pending, "there is nothing to wait for");
  if (!result.error) return;
  check_text(result.error->message);
  require(!result.error->message.empty() && result.error->message.size() <= 2000,
          "a failure has a message that is not too long");
}

using MakeReader = std::function<std::unique_ptr<providers::ReplyReader>()>;

inline void feed(providers::ReplyReader& reader, std::string_view body, std::size_t piece,
                 Shown& shown) {
  while (!body.empty()) {
    reader.feed(body.substr(0, piece), &shown);
    body.remove_prefix(std::min(piece, body.size()));
  }
}

inline providers::ProviderResult read(const MakeReader& make, const Plan& plan,
                                      std::string_view body, std::size_t piece) {
  const auto reader = make();
  reader->begin(plan.head);
  Shown shown;
  feed(*reader, body, piece, shown);
  auto result = std::get<providers::ProviderResult>(reader->finish());
  check(result);
  require(result.content.starts_with(shown.whole), "what was shown is what is stored");
  return result;
}

inline void check_broken_off(const MakeReader& make, const Plan& plan, std::string_view body) {
  const auto reader = make();
  reader->begin(plan.head);
  Shown shown;
  feed(*reader, body, plan.piece, shown);
  providers::ProviderError error;
  error.message = "broken off";
  const providers::ProviderResult result = reader->fail(error);
  check(result);
  require(result.content == shown.whole, "what was shown is kept");
}

/// An answer or a failure, and the same in every split.
inline void check_reply(const MakeReader& make, const Plan& plan, std::string_view body) {
  const auto whole = read(make, plan, body, SIZE_MAX);
  const auto cut = read(make, plan, body, plan.piece);
  require(whole.status == cut.status && whole.content == cut.content &&
              whole.finish_reason == cut.finish_reason &&
              whole.tool_calls.size() == cut.tool_calls.size(),
          "every split reads the same");
  check_broken_off(make, plan, body);
}

}  // namespace llmctl::fuzz
