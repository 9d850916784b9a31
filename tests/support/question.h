#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/exchange.h"

/// What is asked, and what is heard, with the usual left out.
namespace llmctl::test {

/// A turn with everything it refers to; it says "Hi".
struct Question {
  model::Conversation conversation = {};
  std::vector<providers::HistoryEntry> history = {{"user", "Hi"}};
  std::optional<model::Agent> agent = {};
  std::vector<model::Tool> tools = {};
  bool stream = false;

  providers::Turn turn() const { return {conversation, history, agent, tools, 0, stream}; }
  providers::Exchange ask(providers::Provider& provider) const {
    return exchange_of(provider.send_message(turn()));
  }
};

struct Heard {
  providers::ProviderResult result;
  std::string shown;
};

/// The reply in pieces that end at `cuts`.
inline Heard hear(providers::ReplyReader& reader, const Reply& reply,
                  const std::vector<std::size_t>& cuts = {}) {
  Shown shown;
  providers::ProviderResult result = read_reply(reader, reply, cuts, &shown);
  return {std::move(result), shown.whole};
}

/// Whole, in single bytes, and cut in two at every offset.
inline std::vector<std::vector<std::size_t>> every_split(std::string_view body) {
  std::vector<std::vector<std::size_t>> splits{{}, every_byte_of(body)};
  for (const std::size_t cut : every_byte_of(body)) splits.push_back({cut});
  return splits;
}

inline std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace llmctl::test
