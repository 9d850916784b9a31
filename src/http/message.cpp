#include "http/message.h"

#include "base/text.h"

namespace llmctl::http {

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  const std::string wanted = to_lower_ascii(name);
  for (const auto& [key, value] : headers) {
    if (to_lower_ascii(key) == wanted) return value;
  }
  return std::nullopt;
}

void set_header(Headers& headers, std::string name, std::string value) {
  const std::string wanted = to_lower_ascii(name);
  std::erase_if(headers,
                [&](const auto& header) { return to_lower_ascii(header.first) == wanted; });
  headers.emplace_back(std::move(name), std::move(value));
}

}  // namespace llmctl::http
