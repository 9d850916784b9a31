#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "providers/provider.h"

/// Turns and replies for providers that do no I/O themselves.
namespace llmctl::test {

/// A turn with everything it refers to.
struct TurnParts {
  model::Conversation conversation;
  std::vector<providers::HistoryEntry> history;
  std::optional<model::Agent> agent;
  std::vector<model::Tool> tools;
  bool stream = false;

  providers::Turn turn() const { return {conversation, history, agent, tools, 0, stream}; }
};

/// A turn with one question.
inline TurnParts ask(std::string question) {
  TurnParts parts;
  parts.history.push_back({"user", std::move(question)});
  return parts;
}

/// A context whose every credential is `secret`, without an answer when that is empty; `asked` gets
/// the names and URLs.
struct Surroundings {
  std::string secret = "sk-test-0001";
  std::map<std::string, std::string, std::less<>> variables;
  Timestamp time = *parse_rfc3339("2026-10-09T10:00:00Z");
  std::vector<std::pair<std::string, std::string>> asked;

  providers::ProviderContext context() {
    return {[this](std::string_view credential, std::string_view url) -> std::optional<Secret> {
              asked.emplace_back(credential, url);
              return secret.empty() ? std::nullopt : std::optional<Secret>(Secret(secret));
            },
            [this](std::string_view name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              return found == variables.end() ? std::nullopt : std::optional(found->second);
            },
            [this] { return time; }};
  }
};

/// Keeps what was shown.
struct Shown final : providers::StreamSink {
  void text(std::string_view piece) override {
    whole += piece;
    pieces.emplace_back(piece);
  }
  std::string whole;
  std::vector<std::string> pieces;
};

struct Reply {
  int status = 200;
  http::Headers headers = {{"Content-Type", "application/json"}};
  std::string body;
};

inline Reply event_stream(std::string body) {
  return {200, {{"Content-Type", "text/event-stream; charset=utf-8"}}, std::move(body)};
}

inline providers::Exchange exchange_of(providers::Step step) {
  return std::move(std::get<providers::Exchange>(step));
}

/// Feeds the reply in pieces that end at `cuts`.
inline providers::ProviderResult read_reply(providers::ReplyReader& reader, const Reply& reply,
                                            const std::vector<std::size_t>& cuts = {},
                                            Shown* shown = nullptr) {
  reader.begin({reply.status, reply.headers});
  std::string_view rest = reply.body;
  std::size_t taken = 0;
  for (const std::size_t cut : cuts) {
    reader.feed(rest.substr(0, cut - taken), shown);
    rest.remove_prefix(cut - taken);
    taken = cut;
  }
  reader.feed(rest, shown);
  return std::get<providers::ProviderResult>(reader.finish());
}

/// After every byte.
inline std::vector<std::size_t> every_byte_of(std::string_view text) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = 1; at < text.size(); ++at) cuts.push_back(at);
  return cuts;
}

/// The text with other line ends, "\r\n" or "\r".
inline std::string with_line_ends(std::string_view text, std::string_view end) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += end;
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace llmctl::test
