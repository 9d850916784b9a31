#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/records.h"
#include "providers/provider.h"

/// Talks to a provider as a server would, in bytes.
namespace llmctl::test {

/// Keeps what is shown while an answer arrives.
class ShownText final : public providers::StreamSink {
 public:
  void text(std::string_view piece) override { shown += piece; }
  std::string shown;
};

struct Reply {
  int status = 200;
  http::Headers headers;
  std::string body;
};

struct Heard {
  providers::ProviderResult result;
  std::string shown;
};

/// The reply in pieces that end at these offsets, and at its end.
inline Heard hear(providers::ReplyReader& reader, const Reply& reply,
                  const std::vector<std::size_t>& cuts = {}) {
  ShownText sink;
  reader.begin({reply.status, reply.headers});
  std::size_t start = 0;
  for (const std::size_t cut : cuts) {
    reader.feed(std::string_view(reply.body).substr(start, cut - start), &sink);
    start = cut;
  }
  reader.feed(std::string_view(reply.body).substr(start), &sink);
  return {std::get<providers::ProviderResult>(reader.finish()), sink.shown};
}

/// Whole, in single bytes, and cut in two at every offset.
inline std::vector<std::vector<std::size_t>> every_split(const std::string& body) {
  std::vector<std::vector<std::size_t>> splits{{}};
  std::vector<std::size_t> bytes;
  for (std::size_t i = 1; i < body.size(); ++i) {
    splits.push_back({i});
    bytes.push_back(i);
  }
  splits.push_back(bytes);
  return splits;
}

inline std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// What is asked, with everything that a turn refers to.
struct Question {
  model::Conversation conversation = {};
  std::vector<providers::HistoryEntry> history = {{"user", "Hi"}};
  std::optional<model::Agent> agent = {};
  std::vector<model::Tool> tools = {};
  bool stream = false;

  providers::Exchange ask(providers::Provider& provider) const {
    return std::get<providers::Exchange>(step(provider));
  }
  providers::Step step(providers::Provider& provider) const {
    return provider.send_message({conversation, history, agent, tools, 0, stream});
  }
};

/// What a provider is given: variables, secrets by name, and a time.
class Surroundings {
 public:
  Surroundings& set(const std::string& name, const std::string& value) {
    variables_[name] = value;
    return *this;
  }
  Surroundings& credential(const std::string& name, const std::string& secret) {
    secrets_[name] = secret;
    return *this;
  }

  providers::ProviderContext context() const {
    providers::ProviderContext context;
    context.variable = [this](std::string_view name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end() || found->second.empty()) return std::nullopt;
      return found->second;
    };
    context.credential = [this](std::string_view name, std::string_view) -> std::optional<Secret> {
      const auto found = secrets_.find(name);
      if (found == secrets_.end()) return std::nullopt;
      return Secret(found->second);
    };
    context.now = [this] { return now; };
    return context;
  }

  Timestamp now = *parse_rfc3339("2025-01-02T03:04:05Z");

 private:
  std::map<std::string, std::string, std::less<>> variables_;
  std::map<std::string, std::string, std::less<>> secrets_;
};

}  // namespace llmctl::test
