#include "providers/azure.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "providers/base_url.h"
#include "providers/openai_reader.h"
#include "providers/openai_request.h"

namespace llmctl::providers {
namespace {

/// A JSON Web Token, as Entra ID's are; keys have no dots.
bool is_token(std::string_view secret) {
  return secret.starts_with("eyJ") && std::ranges::count(secret, '.') == 2;
}

class Azure final : public Provider {
 public:
  Azure(const model::LlmProvider& llm, const ProviderContext& context)
      : llm_(llm), context_(context), configuration_(llm) {
    // What is wrong with the configuration is said before anything is stored.
    settings_of(llm, std::nullopt);
    openai::body_options_of(configuration_, "max_tokens");
    if (configuration_.text("base_url")) endpoint();
    const std::string style = configuration_.text("api_style").value_or("deployment");
    if (style != "deployment" && style != "v1")
      configuration_.refuse("api_style", "must be 'deployment' or 'v1'");
    is_v1_ = style == "v1";
    deployment_ = configuration_.text("deployment").value_or(llm.model_identifier);
    if (deployment_.empty()) configuration_.refuse("deployment", "is missing");
    if (deployment_ == "." || deployment_ == "..")
      configuration_.refuse("deployment", "is no name of a deployment");
    version_ = configuration_.text("api_version");
    credential_ = configuration_.text("credential").value_or("azure");
  }

  void require_ready() const override { authorization(url()); }

  Step send_message(const Turn& turn) override {
    const std::string request_url = url();
    openai::BodyOptions options =
        openai::body_options_of(configuration_, is_v1_ ? "max_completion_tokens" : "max_tokens");
    if (is_v1_) options.model = deployment_;
    const TurnSettings settings = settings_of(llm_, turn.agent);
    auto body = openai::make_body(turn, settings, options);
    if (auto* const refused = std::get_if<ProviderResult>(&body)) return std::move(*refused);
    return Exchange{openai::make_request(request_url, authorization(request_url), turn, settings,
                                         std::move(std::get<std::string>(body))),
                    openai::make_reader(
                        {{"apim-request-id", "x-request-id", "x-ms-request-id"}, context_.now})};
  }

  std::optional<Step> poll_response(const PendingTurn&) override { return std::nullopt; }

 private:
  std::string endpoint() const {
    const std::string url = base_url_of(configuration_, context_, {"AZURE_OPENAI_ENDPOINT", ""});
    const std::string path = to_lower_ascii(path_of(url)) + "/";
    if (path.find("/openai/") != std::string::npos) {
      throw Error(ErrorKind::configuration,
                  fmt::format("LLM '{}': the endpoint '{}' goes too far", llm_.id, url),
                  "end it before /openai, such as https://NAME.openai.azure.com; deployment and "
                  "api_version are settings of their own");
    }
    return url;
  }

  std::string version() const {
    const auto version = version_ ? version_ : variable(context_, "OPENAI_API_VERSION");
    if (!version) {
      configuration_.refuse("api_version", "is missing",
                            "set it, such as 2024-10-21, or OPENAI_API_VERSION");
    }
    return *version;
  }

  std::string url() const {
    if (is_v1_) {
      const std::string url = endpoint() + "/openai/v1/chat/completions";
      return version_ ? url + "?api-version=" + percent_encoded(*version_) : url;
    }
    return fmt::format("{}/openai/deployments/{}/chat/completions?api-version={}", endpoint(),
                       percent_encoded(deployment_), percent_encoded(version()));
  }

  http::Headers authorization(const std::string& url) const {
    if (!context_.credential) return {};
    const auto secret = context_.credential(credential_, url);
    if (!secret) return {};
    if (is_token(secret->reveal()))
      return {{"Authorization", fmt::format("Bearer {}", secret->reveal())}};
    return {{"api-key", std::string(secret->reveal())}};
  }

  model::LlmProvider llm_;
  ProviderContext context_;
  Configuration configuration_;
  std::string deployment_;
  std::optional<std::string> version_;
  std::string credential_;
  bool is_v1_ = false;
};

}  // namespace

std::unique_ptr<Provider> make_azure(const model::LlmProvider& llm,
                                     const ProviderContext& context) {
  return std::make_unique<Azure>(llm, context);
}

}  // namespace llmctl::providers
