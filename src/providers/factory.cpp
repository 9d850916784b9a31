#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "providers/anthropic.h"
#include "providers/azure.h"
#include "providers/bedrock.h"
#include "providers/dummy.h"
#include "providers/openai.h"
#include "providers/provider.h"

namespace llmctl::providers {
namespace {

using Make = std::unique_ptr<Provider> (*)(const model::LlmProvider&, const ProviderContext&);

std::unique_ptr<Provider> make_dummy_of(const model::LlmProvider& llm, const ProviderContext&) {
  return make_dummy(llm);
}

/// Whether configuration.base_url must be there.
enum class BaseUrl { any, present, absent };

struct Row {
  std::string_view provider_type;
  BaseUrl base_url;
  Make make;
};
/// Adding a provider is one line here.
constexpr std::array<Row, 7> implementations{{
    {"custom", BaseUrl::absent, make_dummy_of},
    {"custom", BaseUrl::present, make_openai},
    {"openai", BaseUrl::any, make_openai},
    {"google", BaseUrl::any, make_openai},
    {"azure", BaseUrl::any, make_azure},
    {"anthropic", BaseUrl::any, make_anthropic},
    {"bedrock", BaseUrl::any, make_bedrock},
}};

bool has_base_url(const model::LlmProvider& llm) {
  const nlohmann::json configuration =
      nlohmann::json::parse(llm.configuration.text, nullptr, false);
  return configuration.is_object() && configuration.contains("base_url");
}

const Row* find_row(const model::LlmProvider& llm) {
  const BaseUrl there = has_base_url(llm) ? BaseUrl::present : BaseUrl::absent;
  for (const Row& row : implementations) {
    const bool fits = row.base_url == BaseUrl::any || row.base_url == there;
    if (fits && row.provider_type == llm.provider_type) return &row;
  }
  return nullptr;
}

}  // namespace

bool has_implementation(const model::LlmProvider& llm) { return find_row(llm) != nullptr; }

std::unique_ptr<Provider> get_provider(const std::optional<model::LlmProvider>& llm,
                                       const ProviderContext& context) {
  if (!llm) return make_dummy(llm);
  if (const Row* row = find_row(*llm)) return row->make(*llm, context);
  throw Error(
      ErrorKind::configuration,
      fmt::format("provider type '{}' of LLM '{}' is not implemented in this version of llmctl",
                  llm->provider_type, llm->id),
      "llmctl chat -m dummy answers without a provider");
}

}  // namespace llmctl::providers
