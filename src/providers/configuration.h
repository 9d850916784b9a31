#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/message.h"
#include "model/records.h"

namespace llmctl::providers {

/// What an LLM's or an agent's `configuration` says. A key that is absent or null says nothing, and
/// unknown keys are the backend's. Everything here throws Error(configuration) that names owner and
/// key for a value of another type.
class Configuration {
 public:
  explicit Configuration(const model::LlmProvider& llm);
  explicit Configuration(const model::Agent& agent);
  Configuration(Configuration&& other) noexcept;
  ~Configuration();

  /// An empty text says nothing either.
  std::optional<std::string> text(std::string_view key) const;
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<std::int64_t> whole_number(
      std::string_view key, std::int64_t least = std::numeric_limits<std::int64_t>::min()) const;
  /// One text, or a list of them.
  std::optional<std::vector<std::string>> texts(std::string_view key) const;
  std::optional<JsonText> mapping(std::string_view key) const;
  std::optional<JsonText> text_or_mapping(std::string_view key) const;
  /// A mapping of names to texts that may be sent as they are; no header that carries a credential
  /// or belongs to the connection.
  http::Headers headers(std::string_view key) const;

  /// "LLM 'x': configuration.key PROBLEM" as Error(configuration).
  [[noreturn]] void refuse(std::string_view key, std::string_view problem,
                           const std::string& hint = {}) const;

 private:
  Configuration(std::string owner, const JsonText& text);
  const nlohmann::json* find(std::string_view key) const;

  std::string owner_;
  std::unique_ptr<nlohmann::json> values_;
};

}  // namespace llmctl::providers
