#include "http/curl_functions.h"

#include "base/error.h"
#include "base/shared_library.h"

namespace llmctl::http {
namespace {

CurlFunctions load() {
  // Flavours of one library, for OpenSSL and GnuTLS.
  const SharedLibrary library({"libcurl.so.4", "libcurl-gnutls.so.4"}, "libcurl4");
  CurlFunctions functions;
#define LLMCTL_BIND(name) library.bind(functions.name, #name);
  LLMCTL_CURL_FUNCTIONS(LLMCTL_BIND)
#undef LLMCTL_BIND
  if (functions.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    throw Error(ErrorKind::configuration, "libcurl cannot be started");
  return functions;
}

}  // namespace

const CurlFunctions& curl_functions() {
  static const CurlFunctions functions = load();
  return functions;
}

}  // namespace llmctl::http
