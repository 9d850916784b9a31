#pragma once

#include <memory>

#include "providers/provider.h"

namespace llmctl::providers {

/// Claude on Amazon Bedrock: InvokeModel and InvokeModelWithResponseStream
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html),
/// signed anew for every try.
///
/// The LLM's configuration, besides what settings.h names:
///   region: else AWS_REGION, AWS_DEFAULT_REGION or the profile's
///   model_id: a model's or inference profile's id or ARN, else the column model_identifier
///   base_url: else AWS_ENDPOINT_URL_BEDROCK_RUNTIME, AWS_ENDPOINT_URL, else the region's own
///   credential: `bedrock` (the default) for AWS's own variables and files; another one is an API
///               key of Bedrock
///   anthropic_beta: one name of a beta feature, or a list of them
/// Throws Error(configuration) that names the key.
std::unique_ptr<Provider> make_bedrock(const model::LlmProvider& llm,
                                       const ProviderContext& context);

}  // namespace llmctl::providers
