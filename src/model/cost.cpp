#include "model/cost.h"

namespace llmctl::model {

std::optional<std::int64_t> cost_of(const Usage& usage, const LlmProvider& llm) {
  if (!usage.input_tokens || !usage.output_tokens) return std::nullopt;
  if (!llm.cost_per_1k_input_tokens || !llm.cost_per_1k_output_tokens) return std::nullopt;
  if (usage.cache_read_tokens.value_or(0) > 0 || usage.cache_write_tokens.value_or(0) > 0)
    return std::nullopt;
  const auto input = cost_in_nano_usd(*usage.input_tokens, *llm.cost_per_1k_input_tokens);
  const auto output = cost_in_nano_usd(*usage.output_tokens, *llm.cost_per_1k_output_tokens);
  std::int64_t total = 0;
  if (!input || !output || __builtin_add_overflow(*input, *output, &total)) return std::nullopt;
  return total;
}

}  // namespace llmctl::model
