#include "providers/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "providers/configuration.h"

namespace llmctl::providers {
namespace {

using nlohmann::json;

template <class Value>
void keep(Value& setting, Value&& found) {
  if (found) setting = std::forward<Value>(found);
}

/// What the configuration says takes the place of what another one said before.
void apply(TurnSettings& settings, const Configuration& configuration) {
  keep(settings.max_tokens, configuration.whole_number("max_tokens", 1));
  keep(settings.temperature, configuration.number("temperature"));
  keep(settings.top_p, configuration.number("top_p"));
  if (auto stop = configuration.texts("stop")) settings.stop = std::move(*stop);
  keep(settings.seed, configuration.whole_number("seed"));
  keep(settings.presence_penalty, configuration.number("presence_penalty"));
  keep(settings.frequency_penalty, configuration.number("frequency_penalty"));
  keep(settings.response_format, configuration.mapping("response_format"));
  keep(settings.reasoning_effort, configuration.text("reasoning_effort"));
  keep(settings.tool_choice, configuration.text_or_mapping("tool_choice"));
  keep(settings.parallel_tool_calls, configuration.boolean("parallel_tool_calls"));
  for (const auto& [name, value] : configuration.headers("extra_headers"))
    http::set_header(settings.extra_headers, name, value);
  if (const auto fields = configuration.mapping("extra_body")) {
    json body = json::parse(settings.extra_body.text);
    body.update(json::parse(fields->text));
    settings.extra_body.text = body.dump();
  }
}

}  // namespace

TurnSettings settings_of(const model::LlmProvider& llm, const std::optional<model::Agent>& agent) {
  TurnSettings settings;
  apply(settings, Configuration(llm));
  if (agent) apply(settings, Configuration(*agent));
  if (llm.max_tokens > 0)
    settings.max_tokens = std::min(settings.max_tokens.value_or(llm.max_tokens), llm.max_tokens);
  return settings;
}

void require_model(const model::LlmProvider& llm) {
  if (!llm.model_identifier.empty()) return;
  throw Error(ErrorKind::configuration, fmt::format("LLM '{}' has no model_identifier", llm.id),
              fmt::format("llmctl provider set {} model_identifier=MODEL", llm.id));
}

}  // namespace llmctl::providers
