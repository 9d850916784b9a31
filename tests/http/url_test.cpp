#include "http/url.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace llmctl::http {
namespace {

TEST_CASE("a URL has a host, a port and a path") {
  struct Case {
    std::string_view text;
    std::string_view authority;
    std::string_view path;
    int port;
  };
  const Case cases[] = {
      {"https://api.openai.com", "api.openai.com", "/", 443},
      {"https://API.OpenAI.com/v1/Chat?key=1", "api.openai.com", "/v1/Chat", 443},
      {"HTTPS://api.openai.com:443/v1", "api.openai.com", "/v1", 443},
      {"https://api.openai.com:8443/", "api.openai.com:8443", "/", 8443},
      {"https://my_host-1.example/a/../b", "my_host-1.example", "/a/../b", 443},
      {"https://host?query", "host", "/", 443},
      {"https://10.1.2.3/", "10.1.2.3", "/", 443},
      {"https://[2001:DB8::1]:8443/x", "[2001:db8::1]:8443", "/x", 8443},
      {"https://host/path?user@example.com", "host", "/path", 443},
      {"http://localhost:11434/v1", "localhost:11434", "/v1", 11434},
      {"http://llm.localhost/", "llm.localhost", "/", 80},
      {"http://127.0.0.1:80/", "127.0.0.1", "/", 80},
      {"http://127.3.2.1/", "127.3.2.1", "/", 80},
      {"http://[::1]:8080/", "[::1]:8080", "/", 8080},
      {"http://[::ffff:127.0.0.1]/", "[::ffff:127.0.0.1]", "/", 80},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto result = parse_url(c.text);
    REQUIRE(std::holds_alternative<Url>(result));
    const Url& url = std::get<Url>(result);
    CHECK(authority(url) == c.authority);
    CHECK(url.path == c.path);
    CHECK(url.port == c.port);
    CHECK(url.is_secure == (c.text[4] == 's' || c.text[4] == 'S'));
  }
}

TEST_CASE("what another parser might read differently is no URL") {
  using namespace std::string_view_literals;
  const std::string_view cases[] = {
      // Other schemes, or none.
      ""sv,
      "api.openai.com"sv,
      "//api.openai.com/"sv,
      "https:/api.openai.com"sv,
      "https:api.openai.com"sv,
      "file:///etc/passwd"sv,
      "ftp://127.0.0.1/"sv,
      "gopher://127.0.0.1:6379/_"sv,
      "javascript://host"sv,
      // http to anything but this machine.
      "http://api.openai.com/"sv,
      "http://10.0.0.1/"sv,
      "http://169.254.169.254/latest/meta-data"sv,
      "http://localhost.example.com/"sv,
      "http://notlocalhost/"sv,
      "http://127.0.0.1.example.com/"sv,
      "http://[::2]/"sv,
      "http://[::ffff:10.0.0.1]/"sv,
      // Addresses in other spellings.
      "http://2130706433/"sv,
      "http://0x7f000001/"sv,
      "https://0177.0.0.1/"sv,
      "https://127.1/"sv,
      "https://169.254.169.0xfe/"sv,
      "https://1.2.3.4.5/"sv,
      "https://256.1.1.1/"sv,
      "https://[::1%25eth0]/"sv,
      "https://[127.0.0.1]/"sv,
      "https://[::1"sv,
      "https://[::1]x/"sv,
      "https://::1/"sv,
      // Users, fragments, slashes.
      "https://user@host/"sv,
      "https://user:password@host/"sv,
      "https://api.openai.com@evil.example/"sv,
      "https://host/path#fragment"sv,
      "https://evil.example\\@api.openai.com/"sv,
      "https://host\\path"sv,
      // Hosts.
      "https://"sv,
      "https:///path"sv,
      "https://?query"sv,
      "https://host..example/"sv,
      "https://.host/"sv,
      "https://host./"sv,
      "https://ho%73t/"sv,
      "https://b\xc3\xbc"
      "cher.example/"sv,
      "https://ho st/"sv,
      "https://a,b/"sv,
      // Ports.
      "https://host:/"sv,
      "https://host:0/"sv,
      "https://host:65536/"sv,
      "https://host:+80/"sv,
      "https://host:80:80/"sv,
      "https://host:port/"sv,
      // Lines.
      "https://host/\r\nx-injected: 1"sv,
      "https://host/\n"sv,
      "https://host/\t"sv,
      "https://host/\0"sv,
      "https://host/\x7f"sv,
  };
  for (const std::string_view text : cases) {
    CAPTURE(text);
    CHECK(std::holds_alternative<std::string>(parse_url(text)));
  }
}

TEST_CASE("what is said about a URL does not show its query or its user") {
  for (const std::string_view text :
       {"https://user:hunter2@host/", "http://host/?key=hunter2", "https://host/?key=hunter2#x",
        "https://host:hunter/?key=hunter2", "ftp://hunter2/", "https://ho st/?hunter2"}) {
    CAPTURE(text);
    CHECK(std::get<std::string>(parse_url(text)).find("hunter2") == std::string::npos);
  }
}

}  // namespace
}  // namespace llmctl::http
