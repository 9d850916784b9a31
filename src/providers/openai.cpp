#include "providers/openai.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "providers/base_url.h"
#include "providers/openai_reader.h"
#include "providers/openai_request.h"

namespace llmctl::providers {
namespace {

constexpr std::string_view openai_host = "api.openai.com";

/// Whose service the provider type names.
struct Service {
  std::string_view provider_type;
  BaseUrlSources base_url;
  std::string_view credential;  ///< empty: none unless the configuration names one
};
constexpr std::array<Service, 3> services{{
    {"openai", {"OPENAI_BASE_URL", "https://api.openai.com/v1"}, "openai"},
    {"google", {"", "https://generativelanguage.googleapis.com/v1beta/openai"}, "google"},
    {"custom", {"", ""}, ""},
}};

const Service& service_of(const model::LlmProvider& llm) {
  for (const Service& service : services) {
    if (service.provider_type == llm.provider_type) return service;
  }
  throw Error(ErrorKind::configuration,
              fmt::format("LLM '{}': provider type '{}' has no chat completions", llm.id,
                          llm.provider_type));
}

class OpenAi final : public Provider {
 public:
  OpenAi(const model::LlmProvider& llm, const ProviderContext& context)
      : llm_(llm),
        context_(context),
        configuration_(llm),
        service_(service_of(llm)),
        credential_(configuration_.text("credential").value_or(std::string(service_.credential))) {
    // What is wrong with the configuration is said before anything is stored.
    settings_of(llm, std::nullopt);
    openai::body_options_of(configuration_, "max_tokens");
    if (configuration_.text("base_url") || llm.provider_type == "custom") base_url();
  }

  void require_ready() const override {
    require_model(llm_);
    authorization(url());
  }

  Step send_message(const Turn& turn) override {
    const std::string base = base_url();
    const bool is_openai = host_name(base) == openai_host;
    openai::BodyOptions options =
        openai::body_options_of(configuration_, is_openai ? "max_completion_tokens" : "max_tokens");
    options.model = llm_.model_identifier;
    const TurnSettings settings = settings_of(llm_, turn.agent);
    auto body = openai::make_body(turn, settings, options);
    if (auto* const refused = std::get_if<ProviderResult>(&body)) return std::move(*refused);

    http::Headers headers = authorization(url());
    if (is_openai) add_account(headers);
    return Exchange{openai::make_request(url(), std::move(headers), turn, settings,
                                         std::move(std::get<std::string>(body))),
                    openai::make_reader({{"x-request-id", "request-id"}, context_.now})};
  }

  std::optional<Step> poll_response(const PendingTurn&) override { return std::nullopt; }

 private:
  std::string base_url() const { return base_url_of(configuration_, context_, service_.base_url); }

  std::string url() const { return base_url() + "/chat/completions"; }

  http::Headers authorization(const std::string& url) const {
    if (credential_.empty() || !context_.credential) return {};
    const auto secret = context_.credential(credential_, url);
    if (!secret) return {};
    return {{"Authorization", fmt::format("Bearer {}", secret->reveal())}};
  }

  void add_account(http::Headers& headers) const {
    if (auto id = variable(context_, "OPENAI_ORG_ID"))
      headers.emplace_back("OpenAI-Organization", std::move(*id));
    if (auto id = variable(context_, "OPENAI_PROJECT_ID"))
      headers.emplace_back("OpenAI-Project", std::move(*id));
  }

  model::LlmProvider llm_;
  ProviderContext context_;
  Configuration configuration_;
  const Service& service_;
  std::string credential_;
};

}  // namespace

std::unique_ptr<Provider> make_openai(const model::LlmProvider& llm,
                                      const ProviderContext& context) {
  return std::make_unique<OpenAi>(llm, context);
}

}  // namespace llmctl::providers
