#include "providers/bedrock.h"

#include <fmt/format.h>

#include "base/error.h"
#include "config/aws_credentials.h"
#include "providers/base_url.h"
#include "providers/bedrock_endpoint.h"
#include "providers/bedrock_reader.h"
#include "providers/messages_request.h"
#include "providers/sigv4.h"

namespace llmctl::providers {
namespace {

constexpr const char* messages_version = "bedrock-2023-05-31";
/// Of AWS's own variables and files.
constexpr const char* aws_credential = "bedrock";
/// As signatures name it; hosts call it bedrock-runtime.
constexpr const char* service = "bedrock";
constexpr std::size_t longest_model_id = 2048;

class Bedrock final : public Provider {
 public:
  Bedrock(model::LlmProvider llm, ProviderContext context)
      : llm_(std::move(llm)),
        context_(std::move(context)),
        configuration_(llm_),
        credential_(configuration_.text("credential").value_or(aws_credential)),
        model_id_(configuration_.text("model_id").value_or(llm_.model_identifier)) {
    // What is wrong with the configuration is said before anything is stored.
    settings_of(llm_, std::nullopt);
    configuration_.texts("anthropic_beta");
    if (configuration_.text("region")) endpoint(region());
    if (model_id_.empty()) configuration_.refuse("model_id", "is missing");
    // They need no encoding, and would lead to another route.
    if (model_id_ == "." || model_id_ == ".." || model_id_.size() > longest_model_id)
      configuration_.refuse("model_id", fmt::format("'{:.80}' is no model's id", model_id_));
  }

  void require_ready() const override {
    const std::string region = this->region();
    http::Request request;
    request.url = endpoint(region);
    authorized(std::move(request), region, context_.now());
  }

  Step send_message(const Turn& turn) override {
    const TurnSettings settings = settings_of(llm_, turn.agent);
    messages::BodyOptions options;
    options.version = messages_version;
    options.betas = configuration_.texts("anthropic_beta").value_or(std::vector<std::string>());
    options.says_stream = false;
    auto body = messages::make_body(turn, settings, options);
    if (auto* const refused = std::get_if<ProviderResult>(&body)) return std::move(*refused);

    const std::string region = this->region();
    http::Request request;
    request.url = fmt::format("{}/model/{}/{}", endpoint(region), percent_encoded(model_id_),
                              turn.stream ? "invoke-with-response-stream" : "invoke");
    request.headers = messages::with_extra_headers(
        {{"Accept", "application/json"}, {"Content-Type", "application/json"}},
        settings.extra_headers);
    request.body = std::move(std::get<std::string>(body));
    const Timestamp now = context_.now();
    return Exchange{authorized(std::move(request), region, now),
                    bedrock::make_reader(now, context_.now)};
  }

  std::optional<Step> poll_response(const PendingTurn&) override { return std::nullopt; }

 private:
  std::string region() const {
    return config::find_aws_region(configuration_.text("region"), variables());
  }

  std::string endpoint(const std::string& region) const {
    return bedrock_endpoint(configuration_, context_, region);
  }

  config::Variables variables() const {
    return [this](std::string_view name) { return variable(context_, name); };
  }

  static http::Request with_bearer(http::Request request, const Secret& token) {
    request.headers.emplace_back("Authorization", fmt::format("Bearer {}", token.reveal()));
    return request;
  }

  http::Request authorized(http::Request request, const std::string& region, Timestamp now) const {
    if (credential_ != aws_credential) {
      const auto token = context_.credential(credential_, request.url);
      return token ? with_bearer(std::move(request), *token) : std::move(request);
    }
    require_aws_host(request.url, context_, region);
    const config::AwsCredential found = config::find_aws_credential(variables());
    if (const auto* const bearer = std::get_if<config::AwsBearerToken>(&found.value))
      return with_bearer(std::move(request), bearer->token);
    return sign(std::move(request), std::get<config::AwsKeys>(found.value), {region, service, now});
  }

  model::LlmProvider llm_;
  ProviderContext context_;
  Configuration configuration_;
  std::string credential_;
  std::string model_id_;
};

}  // namespace

std::unique_ptr<Provider> make_bedrock(const model::LlmProvider& llm,
                                       const ProviderContext& context) {
  return std::make_unique<Bedrock>(llm, context);
}

}  // namespace llmctl::providers
