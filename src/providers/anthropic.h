#pragma once

#include <memory>

#include "providers/provider.h"

namespace llmctl::providers {

/// Anthropic's Messages (https://docs.anthropic.com/en/api/messages).
///
/// The LLM's configuration, besides what settings.h names:
///   base_url: with or without /v1; else ANTHROPIC_BASE_URL, else Anthropic's own address
///   credential: a name, else `anthropic`
///   anthropic_beta: one name of a beta feature, or a list of them
/// Throws Error(configuration) that names the key.
std::unique_ptr<Provider> make_anthropic(const model::LlmProvider& llm,
                                         const ProviderContext& context);

}  // namespace llmctl::providers
