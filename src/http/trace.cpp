#include "http/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace llmctl::http {
namespace {

constexpr std::string_view shown[] = {"host",   "content-type", "content-length", "user-agent",
                                      "accept", "x-request-id", "request-id"};

void trace_headers(std::string_view direction, const Headers& headers,
                   const std::function<void(std::string_view line)>& print) {
  for (const auto& [name, value] : headers) {
    const std::string key = to_lower_ascii(name);
    const bool is_shown = std::ranges::find(shown, key) != std::end(shown);
    print(fmt::format("{} {}: {}", direction, key, is_shown ? value : "(hidden)"));
  }
}

}  // namespace

void trace_request(const Request& request, const Url& url,
                   const std::function<void(std::string_view line)>& print) {
  const bool has_query = request.url.find('?') != std::string::npos;
  print(fmt::format("> {} {}://{}{}{}", request.method, url.is_secure ? "https" : "http",
                    authority(url), url.path, has_query ? "?(hidden)" : ""));
  trace_headers(">", request.headers, print);
}

void trace_reply(const ReplyHead& head, const std::function<void(std::string_view line)>& print) {
  print(fmt::format("< {}", head.status));
  trace_headers("<", head.headers, print);
}

}  // namespace llmctl::http
