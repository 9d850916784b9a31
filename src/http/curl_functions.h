#pragma once

#include <curl/curl.h>

/// What is used of libcurl. Only its headers are needed to build; the library is loaded with the
/// first request.
#define LLMCTL_CURL_FUNCTIONS(X) \
  X(curl_easy_cleanup)           \
  X(curl_easy_getinfo)           \
  X(curl_easy_init)              \
  X(curl_easy_setopt)            \
  X(curl_easy_strerror)          \
  X(curl_global_init)            \
  X(curl_multi_add_handle)       \
  X(curl_multi_cleanup)          \
  X(curl_multi_info_read)        \
  X(curl_multi_init)             \
  X(curl_multi_perform)          \
  X(curl_multi_poll)             \
  X(curl_multi_remove_handle)    \
  X(curl_multi_strerror)         \
  X(curl_slist_append)           \
  X(curl_slist_free_all)

namespace llmctl::http {

struct CurlFunctions {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a name that is declared has none
#define LLMCTL_DECLARE(name) decltype(&::name) name = nullptr;
  LLMCTL_CURL_FUNCTIONS(LLMCTL_DECLARE)
#undef LLMCTL_DECLARE
};

/// Loads the library with the first call. Throws Error(configuration) when there is none.
const CurlFunctions& curl_functions();

}  // namespace llmctl::http
