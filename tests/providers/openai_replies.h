#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "providers/openai_reader.h"
#include "tests/support/exchange.h"

/// Chat completions as servers send them, and what was read of them in one line.
namespace llmctl::providers::openai {

inline std::unique_ptr<ReplyReader> reader() {
  return make_reader({{"x-request-id"}, [] { return *parse_rfc3339("2026-10-09T10:00:00Z"); }});
}

inline ProviderResult read(const test::Reply& reply, const std::vector<std::size_t>& cuts = {},
                           test::Shown* shown = nullptr) {
  return test::read_reply(*reader(), reply, cuts, shown);
}

inline std::string number(const std::optional<std::int64_t>& count) {
  return count ? std::to_string(*count) : "?";
}

/// "input/output/cache read/cache write/reasoning", "?" where unknown.
inline std::string usage_of(const ProviderResult& result) {
  const model::Usage& usage = result.usage;
  return fmt::format("{}/{}/{}/{}/{}", number(usage.input_tokens), number(usage.output_tokens),
                     number(usage.cache_read_tokens), number(usage.cache_write_tokens),
                     number(usage.reasoning_tokens));
}

inline std::string calls_of(const ProviderResult& result) {
  std::string text;
  for (const ToolCall& call : result.tool_calls)
    text += fmt::format("{} {} {}\n", call.id, call.name, call.arguments.text);
  return text;
}

/// Everything but the request id and the wait.
inline std::string describe(const ProviderResult& result) {
  std::string text =
      fmt::format("{} '{}' {} {} {} {}", static_cast<int>(result.status), result.content,
                  result.finish_reason, result.served_model, usage_of(result), calls_of(result));
  if (result.error) {
    text += fmt::format("{}{}: {}", kind_name(result.error->kind),
                        result.error->retryable ? " (again)" : "", result.error->message);
  }
  return text;
}

/// "server", "rate_limited (again)", or "" for an answer.
inline std::string failure_of(const ProviderResult& result) {
  if (!result.error) return "";
  CHECK(result.status == Status::failed);
  return std::string(kind_name(result.error->kind)) + (result.error->retryable ? " (again)" : "");
}

/// One chunk as an event.
inline std::string event(const std::string& json) { return "data: " + json + "\n\n"; }
inline std::string delta(const std::string& members, const std::string& finish_reason = "null") {
  return event(R"({"choices":[{"index":0,"delta":{)" + members + R"(},"finish_reason":)" +
               finish_reason + "}]}");
}
inline std::string completion(const std::string& message, const std::string& rest = "") {
  return R"({"choices":[{"index":0,"message":)" + message + R"(,"finish_reason":"stop"}])" + rest +
         "}";
}
inline const std::string finished = delta("", R"("stop")");
inline const std::string done = "data: [DONE]\n\n";

}  // namespace llmctl::providers::openai
