#pragma once

#include <cstdint>
#include <optional>

#include "model/records.h"

namespace llmctl::model {

/// Nano-USD for the tokens at the LLM's two prices. Nothing when a price or a count is unknown, and
/// when tokens went through a cache, whose prices those two are not.
std::optional<std::int64_t> cost_of(const Usage& usage, const LlmProvider& llm);

}  // namespace llmctl::model
