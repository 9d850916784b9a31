#include "http/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace llmctl::http {
namespace {

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view characters =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_control(char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f'; }

}  // namespace

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  const std::string wanted = to_lower_ascii(name);
  for (const auto& [key, value] : headers) {
    if (to_lower_ascii(key) == wanted) return value;
  }
  return std::nullopt;
}

std::optional<std::string> find_problem(const Request& request) {
  if (!is_token(request.method)) return "the request's method is no word";
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return "the name of a header of the request is no word";
    if (std::ranges::any_of(value, is_control))
      return fmt::format("the request's header '{}' holds a line break or control character", name);
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
