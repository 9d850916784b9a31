#include "http/proxy.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <variant>

namespace llmctl::http {
namespace {

using Variables = std::map<std::string, std::string>;

std::string find_proxy(const std::string& url, const Variables& variables) {
  return proxy_for(std::get<Url>(parse_url(url)),
                   [&](const char* name) {
                     const auto found = variables.find(name);
                     return found == variables.end() ? std::nullopt : std::optional(found->second);
                   })
      .value_or("none");
}

TEST_CASE("the proxy comes from the usual variables, the small ones first") {
  CHECK(find_proxy("https://host/", {}) == "none");
  CHECK(find_proxy("https://host/", {{"https_proxy", "a"}, {"HTTPS_PROXY", "b"}}) == "a");
  CHECK(find_proxy("https://host/", {{"HTTPS_PROXY", "b"}, {"all_proxy", "c"}}) == "b");
  CHECK(find_proxy("https://host/", {{"all_proxy", "c"}, {"ALL_PROXY", "d"}}) == "c");
  CHECK(find_proxy("https://host/", {{"ALL_PROXY", "d"}}) == "d");
  CHECK(find_proxy("https://host/", {{"https_proxy", ""}, {"ALL_PROXY", "d"}}) == "d");
  CHECK(find_proxy("https://host/", {{"http_proxy", "a"}}) == "none");
}

TEST_CASE("no proxy is asked for this machine") {
  CHECK(find_proxy("https://127.0.0.1/", {{"https_proxy", "a"}}) == "none");
  CHECK(find_proxy("https://[::1]:8443/", {{"https_proxy", "a"}}) == "none");
  CHECK(find_proxy("http://localhost/", {{"http_proxy", "a"}, {"all_proxy", "b"}}) == "none");
}

TEST_CASE("no_proxy names hosts, domains and addresses") {
  struct Case {
    std::string no_proxy;
    std::string host;
    bool is_excluded;
  };
  const Case cases[] = {
      {"*", "host.example", true},
      {"host.example", "host.example", true},
      {"Host.Example", "host.example", true},
      {"example", "host.example", true},
      {".example", "host.example", true},
      {"xample", "host.example", false},
      {"other, host.example", "host.example", true},
      {"other host.example", "host.example", true},
      {"other", "host.example", false},
      {"", "host.example", false},
      {"10.1.2.3", "10.1.2.3", true},
      {"2.3", "10.1.2.3", false},
      {"10.0.0.0/8", "10.1.2.3", true},
      {"10.0.0.0/8", "11.1.2.3", false},
      {"2001:db8::/32", "[2001:db8::1]", true},
      {"2001:db8::1", "[2001:db8:0::1]", true},
      {"0.0.0.0/0", "host.example", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.no_proxy, c.host);
    const bool is_excluded = find_proxy("https://" + c.host + "/",
                                        {{"https_proxy", "a"}, {"no_proxy", c.no_proxy}}) == "none";
    CHECK(is_excluded == c.is_excluded);
  }
  CHECK(find_proxy("https://host/", {{"https_proxy", "a"}, {"NO_PROXY", "host"}}) == "none");
}

}  // namespace
}  // namespace llmctl::http
