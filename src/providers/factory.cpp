#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "providers/dummy.h"
#include "providers/provider.h"

namespace llmctl::providers {
namespace {

using Make = std::unique_ptr<Provider> (*)(const model::LlmProvider&, const ProviderContext&);

std::unique_ptr<Provider> make_dummy_of(const model::LlmProvider& llm, const ProviderContext&) {
  return make_dummy(llm);
}

struct Row {
  std::string_view provider_type;
  bool with_base_url;  ///< whether configuration.base_url must be there, or must not
  Make make;
};
/// Adding a provider is one line here.
constexpr std::array<Row, 1> implementations{{
    {"custom", false, make_dummy_of},
}};

bool has_base_url(const model::LlmProvider& llm) {
  const nlohmann::json configuration =
      nlohmann::json::parse(llm.configuration.text, nullptr, false);
  return configuration.is_object() && configuration.contains("base_url");
}

const Row* find_row(const model::LlmProvider& llm) {
  for (const Row& row : implementations) {
    if (row.provider_type == llm.provider_type && row.with_base_url == has_base_url(llm))
      return &row;
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
      fmt::format("provider type '{}'{} of LLM '{}' is not implemented in this version of llmctl",
                  llm->provider_type, has_base_url(*llm) ? " with a base_url" : "", llm->id),
      "llmctl chat -m dummy answers without a provider");
}

}  // namespace llmctl::providers
