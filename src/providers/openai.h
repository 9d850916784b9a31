#pragma once

#include <memory>

#include "providers/provider.h"

namespace llmctl::providers {

/// OpenAI's chat completions, and whoever else speaks them: provider types openai, google (through
/// its OpenAI-compatible endpoint) and custom with a base_url.
///
/// The LLM's configuration, besides what settings.h names:
///   base_url: up to and without /chat/completions; else OPENAI_BASE_URL for openai, else the
///             provider's public address
///   credential: a name; else that of the provider type, and for custom none
///   max_tokens_field: max_completion_tokens (the default at api.openai.com) or max_tokens
///   system_role: system (the default) or developer
///   include_usage: whether a stream is asked for its usage, true by default
/// OPENAI_ORG_ID and OPENAI_PROJECT_ID are sent to api.openai.com alone.
/// Throws Error(configuration) that names the key.
std::unique_ptr<Provider> make_openai(const model::LlmProvider& llm,
                                      const ProviderContext& context);

}  // namespace llmctl::providers
