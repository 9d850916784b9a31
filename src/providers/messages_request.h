#pragma once

#include <string>
#include <variant>
#include <vector>

#include "http/message.h"
#include "providers/provider.h"
#include "providers/settings.h"

/// Anthropic's Messages, as every service that offers them takes them.
namespace llmctl::providers::messages {

/// How services differ.
struct BodyOptions {
  std::string version;             ///< empty: a header says it
  std::vector<std::string> betas;  ///< empty: none, or a header says them
  std::string model;               ///< empty: the URL says it
  bool says_stream = true;         ///< false: the URL says it
};

/// The body as JSON, or a failed result for a turn that no server takes: nothing to answer, or a
/// tool call without its result. System prompts are joined, messages of one role in a row become
/// one, and what the service would refuse is left out: empty messages, an assistant's before the
/// first of the user's, calls of earlier turns without results. Settings that Messages do not have
/// are not sent. Throws Error(configuration) for a tool's bad schema, and for extra_body with a
/// field that llmctl sets.
std::variant<std::string, ProviderResult> make_body(const Turn& turn, const TurnSettings& settings,
                                                    const BodyOptions& options);

/// `extra` takes the place of headers that have the same names.
http::Headers with_extra_headers(http::Headers headers, const http::Headers& extra);

}  // namespace llmctl::providers::messages
