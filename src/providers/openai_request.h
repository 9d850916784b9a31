#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "providers/configuration.h"
#include "providers/provider.h"
#include "providers/settings.h"

/// The request of OpenAI's chat completions, as every server that speaks them takes it.
namespace llmctl::providers::openai {

/// How servers differ.
struct BodyOptions {
  std::string model;             ///< empty: the URL says it
  std::string max_tokens_field;  ///< max_completion_tokens or max_tokens
  std::string system_role;       ///< system or developer
  bool include_usage = true;     ///< ask a stream for its usage
};

/// Reads max_tokens_field, system_role and include_usage.
BodyOptions body_options_of(const Configuration& configuration, std::string_view max_tokens_field);

/// The body as JSON, or a failed result for a turn that no server takes: nothing to answer, text
/// that is not UTF-8, a tool call without its result. Calls of earlier turns that never got their
/// results are left out. Throws Error(configuration) for a tool's bad schema, and for extra_body
/// with a field that llmctl sets.
std::variant<std::string, ProviderResult> make_body(const Turn& turn, const TurnSettings& settings,
                                                    const BodyOptions& options);

/// A POST of JSON, with `authorization` (a header's name and value) when there is one.
http::Request make_request(std::string url, http::Headers authorization, const Turn& turn,
                           const TurnSettings& settings, std::string body);

}  // namespace llmctl::providers::openai
