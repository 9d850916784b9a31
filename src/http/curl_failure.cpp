#include "http/curl_failure.h"

#include <fmt/format.h>

#include <cctype>
#include <cstring>

#include "base/text.h"

namespace llmctl::http {
namespace {

using Kind = Failure::Kind;

/// "connection refused"; empty when the system has not complained.
std::string system_complaint(const EasyHandle& easy) {
  const auto number = easy.info<long>(CURLINFO_OS_ERRNO);
  if (number == 0) return {};
  std::string text = std::strerror(static_cast<int>(number));
  text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  return text;
}

Failure no_connection(const CurlOutcome& outcome, const EasyHandle& easy, const Url& url) {
  if (outcome.refusal) return {Kind::network, *outcome.refusal};
  const std::string complaint = system_complaint(easy);
  return {Kind::network,
          fmt::format("cannot connect to {}'{}'{}{}", outcome.uses_proxy ? "the proxy for " : "",
                      authority(url), complaint.empty() ? "" : ": ", complaint)};
}

Failure broken_connection(const CurlOutcome& outcome, const EasyHandle& easy, const Url& url) {
  const auto proxy_status = easy.info<long>(CURLINFO_HTTP_CONNECTCODE);
  if (outcome.uses_proxy && proxy_status >= 300)
    return {Kind::network, fmt::format("the proxy refused a connection to '{}' with status {}",
                                       authority(url), proxy_status)};
  // libcurl has no code of its own for it.
  if (outcome.detail.find("chunk") != std::string_view::npos)
    return {Kind::malformed, "the reply's pieces are not as HTTP wants them"};
  const std::string complaint = system_complaint(easy);
  return {Kind::network, fmt::format("the connection to '{}' broke off{}{}", authority(url),
                                     complaint.empty() ? "" : ": ", complaint)};
}

}  // namespace

Failure name_failure(const CurlOutcome& outcome, const EasyHandle& easy, const Url& url,
                     const Limits& limits) {
  switch (outcome.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Kind::network, fmt::format("no address is known for '{}'", url.host)};
    case CURLE_COULDNT_RESOLVE_PROXY: return {Kind::network, "no address is known for the proxy"};
    case CURLE_COULDNT_CONNECT: return no_connection(outcome, easy, url);
    case CURLE_OPERATION_TIMEDOUT:
      return {Kind::timeout, "no connection within " + to_string(limits.connect)};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return {Kind::tls, fmt::format("no secure connection to '{}': {}", authority(url),
                                     trim(outcome.detail))};
    case CURLE_GOT_NOTHING:
      return {Kind::network, "the server closed the connection without a reply"};
    case CURLE_PARTIAL_FILE: return {Kind::network, "the reply broke off"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY: return {Kind::malformed, "the reply is not HTTP"};
    case CURLE_BAD_CONTENT_ENCODING: return {Kind::malformed, "the reply's compression is damaged"};
    case CURLE_OUT_OF_MEMORY: return {Kind::malformed, "the reply's head is too long"};
    default: return broken_connection(outcome, easy, url);
  }
}

}  // namespace llmctl::http
