#pragma once

#include <memory>

#include "providers/provider.h"

namespace llmctl::providers {

/// Chat completions of a deployment in Azure.
///
/// The LLM's configuration, besides what settings.h names:
///   base_url: the resource's address, without /openai; else AZURE_OPENAI_ENDPOINT
///   deployment: else the LLM's model_identifier
///   api_style: deployment (the default: the URL names it) or v1 (the body does)
///   api_version: a date, with -preview or without; else OPENAI_API_VERSION. The deployment style
///                needs one, the v1 style sends only one that the configuration has
///   credential: the name of a key, or of a token of Entra ID; else azure
///   max_tokens_field: max_tokens (the default of the deployment style) or max_completion_tokens
///   system_role, include_usage: as for openai
/// Throws Error(configuration) that names the key.
std::unique_ptr<Provider> make_azure(const model::LlmProvider& llm, const ProviderContext& context);

}  // namespace llmctl::providers
