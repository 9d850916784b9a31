#include "providers/anthropic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "http/server_sent_events.h"
#include "providers/base_url.h"
#include "providers/messages_error.h"
#include "providers/messages_reader.h"
#include "providers/messages_request.h"

namespace llmctl::providers {
namespace {

constexpr const char* api_version = "2023-06-01";

class Reader final : public messages::Reader {
 public:
  explicit Reader(std::function<Timestamp()> now) : messages::Reader(std::move(now)) {}

 private:
  std::string_view stream_type() const override { return "text/event-stream"; }
  std::string_view request_id_header() const override { return "request-id"; }

  ProviderResult failed_body(std::string_view body) const override {
    return messages::failed_answer(head(), body, now());
  }

  void feed_stream(std::string_view bytes, StreamSink* sink) override {
    events_.feed(bytes, [&](const http::ServerSentEvent& event) { take(event, sink); });
  }

  std::optional<std::string> end_stream() override {
    events_.finish([&](const http::ServerSentEvent& event) { take(event, nullptr); });
    if (!events_.is_too_long()) return std::nullopt;
    return fmt::format("an event of the stream is longer than {} MiB",
                       http::ServerSentEvents::longest_event >> 20);
  }

  void take(const http::ServerSentEvent& event, StreamSink* sink) {
    take_event(event.data, sink, event.name, event.is_whole);
  }

  http::ServerSentEvents events_;
};

/// What users put behind a base URL, because other tools want it there.
std::string without_route(std::string url) {
  for (const std::string_view route : {"/messages", "/v1"}) {
    if (path_of(url).ends_with(route)) url.resize(url.size() - route.size());
  }
  return url;
}

class Anthropic final : public Provider {
 public:
  Anthropic(model::LlmProvider llm, ProviderContext context)
      : llm_(std::move(llm)),
        context_(std::move(context)),
        configuration_(llm_),
        credential_(configuration_.text("credential").value_or("anthropic")) {
    // What is wrong with the configuration is said before anything is stored.
    settings_of(llm_, std::nullopt);
    beta_header();
    if (configuration_.text("base_url")) url();
  }

  void require_ready() const override {
    require_model(llm_);
    headers(url());
  }

  Step send_message(const Turn& turn) override {
    const TurnSettings settings = settings_of(llm_, turn.agent);
    messages::BodyOptions options;
    options.model = llm_.model_identifier;
    auto body = messages::make_body(turn, settings, options);
    if (auto* const refused = std::get_if<ProviderResult>(&body)) return std::move(*refused);

    http::Request request;
    request.url = url();
    request.headers = messages::with_extra_headers(headers(request.url), settings.extra_headers);
    request.body = std::move(std::get<std::string>(body));
    return Exchange{std::move(request), std::make_unique<Reader>(context_.now)};
  }

  std::optional<Step> poll_response(const PendingTurn&) override { return std::nullopt; }

 private:
  std::string url() const {
    const std::string base =
        base_url_of(configuration_, context_, {"ANTHROPIC_BASE_URL", "https://api.anthropic.com"});
    return without_route(base) + "/v1/messages";
  }

  std::string beta_header() const {
    const auto betas = configuration_.texts("anthropic_beta");
    std::string value = betas ? fmt::format("{}", fmt::join(*betas, ",")) : "";
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.,";
    if (value.find_first_not_of(allowed) != std::string::npos)
      configuration_.refuse("anthropic_beta", "has a character that no feature's name has");
    return value;
  }

  http::Headers headers(const std::string& url) const {
    http::Headers headers;
    const auto key = context_.credential ? context_.credential(credential_, url) : std::nullopt;
    if (key) headers.emplace_back("x-api-key", key->reveal());
    headers.emplace_back("anthropic-version", api_version);
    if (std::string betas = beta_header(); !betas.empty())
      headers.emplace_back("anthropic-beta", std::move(betas));
    headers.emplace_back("content-type", "application/json");
    return headers;
  }

  model::LlmProvider llm_;
  ProviderContext context_;
  Configuration configuration_;
  std::string credential_;
};

}  // namespace

std::unique_ptr<Provider> make_anthropic(const model::LlmProvider& llm,
                                         const ProviderContext& context) {
  return std::make_unique<Anthropic>(llm, context);
}

}  // namespace llmctl::providers
