#include "chat/runtime.h"

#include <catch2/catch.hpp>

#include "tests/support/chat.h"
#include "tests/support/faults.h"

namespace llmctl::chat {
namespace {

using providers::Exchange;
using providers::ProviderResult;
using providers::Step;
using test::Chat;
using test::error_from;
using test::ScriptedClient;

constexpr Duration patience = std::chrono::seconds(10);

/// Collects the body, asks `more` further times, then answers with everything it read.
class Collector final : public providers::ReplyReader {
 public:
  Collector(std::string before, int more) : text_(std::move(before)), more_(more) {}

  void begin(const http::ReplyHead& head) override { status_ = head.status; }
  void feed(std::string_view bytes, providers::StreamSink* sink) override {
    text_ += bytes;
    if (sink != nullptr) sink->text(bytes);
  }
  Step finish() override {
    text_ += "[" + std::to_string(status_) + "]";
    if (more_ > 0) return make(text_, more_ - 1);
    ProviderResult result;
    result.content = text_;
    return result;
  }
  ProviderResult fail(providers::ProviderError error) override {
    ProviderResult result;
    result.status = providers::Status::failed;
    result.content = text_;
    result.error = std::move(error);
    return result;
  }

  static Exchange make(const std::string& before, int more) {
    Exchange exchange;
    exchange.request.url = "https://example.test/" + std::to_string(more);
    exchange.reader = std::make_unique<Collector>(before, more);
    return exchange;
  }

 private:
  std::string text_;
  int more_;
  int status_ = 0;
};

constexpr Duration an_hour = std::chrono::hours(1);

TEST_CASE("an exchange is performed, and the next one, until there is a result") {
  const std::size_t piece = GENERATE(1, 2, 3, 1000);
  CAPTURE(piece);
  Chat chat;
  ScriptedClient client({{{202, {}}, "first"}, {{200, {}}, "se\u20accond"}}, piece);
  chat.runtime.client = &client;
  const ProviderResult result = run(chat.runtime, Collector::make("", 1), an_hour);
  CHECK(result.content == "first[202]se\u20accond[200]");
  REQUIRE(client.requests.size() == 2);
  CHECK(client.requests[0].url == "https://example.test/1");
  CHECK(client.requests[1].url == "https://example.test/0");
}

TEST_CASE("a connection that breaks is a failure with its kind and the text so far") {
  using Kind = http::Failure::Kind;
  const std::vector<std::pair<Kind, providers::ProviderErrorKind>> kinds{
      {Kind::timeout, providers::ProviderErrorKind::timeout},
      {Kind::network, providers::ProviderErrorKind::network},
      {Kind::tls, providers::ProviderErrorKind::tls},
      {Kind::malformed, providers::ProviderErrorKind::malformed},
      {Kind::cancelled, providers::ProviderErrorKind::cancelled}};
  for (const auto& [failure, kind] : kinds) {
    Chat chat;
    ScriptedClient client({{{200, {}}, "half an ans", http::Failure{failure, "it broke", true}}},
                          3);
    chat.runtime.client = &client;
    const ProviderResult result = run(chat.runtime, Collector::make("", 0), an_hour);
    CHECK(result.status == providers::Status::failed);
    REQUIRE(result.error);
    CHECK(result.error->kind == kind);
    CHECK(result.error->message == "it broke");
    CHECK(result.content == "half an ans");
  }
}

TEST_CASE("a result needs no network, and its delay is slept") {
  Chat chat;
  ProviderResult result;
  result.content = "now";
  CHECK(run(chat.runtime, result, an_hour).content == "now");
  CHECK(chat.clock.slept.empty());
  result.delay = std::chrono::seconds(2);
  run(chat.runtime, result, an_hour);
  CHECK(chat.clock.slept == std::vector<Duration>{std::chrono::seconds(2)});
}

TEST_CASE("a result that takes longer than the turn has is a timeout") {
  Chat chat;
  ProviderResult late;
  late.content = "too late";
  late.delay = std::chrono::seconds(3);
  const ProviderResult result = run(chat.runtime, late, std::chrono::milliseconds(300));
  CHECK(result.status == providers::Status::failed);
  CHECK(result.error->kind == providers::ProviderErrorKind::timeout);
  CHECK(result.content.empty());
  CHECK(chat.clock.slept == std::vector<Duration>{std::chrono::milliseconds(300)});
}

TEST_CASE("what takes longer than it may has failed with a timeout, and the time is over") {
  Chat chat;
  ProviderResult result;
  result.content = "late";
  result.delay = patience;
  CHECK(run(chat.runtime, result, patience).content == "late");
  result.delay = patience + Duration{1};
  chat.clock.slept.clear();
  const ProviderResult late = run(chat.runtime, result, patience);
  CHECK(late.status == providers::Status::failed);
  CHECK(late.content.empty());
  REQUIRE(late.error);
  CHECK(late.error->kind == providers::ProviderErrorKind::timeout);
  CHECK(late.error->message == "no answer within 10s");
  CHECK(chat.clock.slept == std::vector<Duration>{patience});
}

TEST_CASE("an exchange without a client is a bug, and said to be one") {
  Chat chat;
  CHECK(error_from([&] { run(chat.runtime, Collector::make("", 0), an_hour); }).kind ==
        ErrorKind::internal);
}

}  // namespace
}  // namespace llmctl::chat
