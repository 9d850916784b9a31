#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "http/curl_handles.h"
#include "http/url.h"

namespace llmctl::http {

/// What libcurl knows of a request that has failed.
struct CurlOutcome {
  CURLcode code = CURLE_OK;
  std::string_view detail;             ///< libcurl's own words; may be empty
  std::optional<std::string> refusal;  ///< why an address was not connected to
  bool uses_proxy = false;
};

/// Kind and message; both without the URL's query and without headers. Only where the transfer
/// itself has not said already what is wrong.
Failure name_failure(const CurlOutcome& outcome, const EasyHandle& easy, const Url& url,
                     const Limits& limits);

}  // namespace llmctl::http
