#include "base/secrets.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace llmctl {
namespace {

TEST_CASE("secrets are known by their key and by their shape") {
  struct Case {
    const char* key;
    const char* text;
    bool secret;
  };
  const Case cases[] = {
      {"api_key", "x", true},
      {"apiKey", "x", true},
      {"X-API-Key", "x", true},
      {"azure_api_key", "x", true},
      {"token", "x", true},
      {"Authorization", "x", true},
      {"db_password", "x", true},
      {"client_secret", "x", true},
      {"api_key", "", false},
      {"credential", "azure-eu", false},
      {"max_tokens", "4096", false},
      {"api_version", "2024-10-21", false},
      {"secret_name", "azure", false},
      {"x", "sk-abcdefghij0123456789", true},
      {"x", "sk-ant-api03-abcdefghij", true},
      {"x", "use sk-proj-ABC123def456ghi789", true},
      {"x", "task-management-2024-01-01-x", false},
      {"x", "sk-based-embedding-model", false},
      {"x", "AKIAIOSFODNN7EXAMPLE", true},
      {"x", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", true},
      {"x", "xoxb-1234567890-abc", true},
      {"x", "AIzaSyA1234567890abcdefghijklmnopqrstuv", true},
      {"x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", true},
      {"x", "-----BEGIN RSA PRIVATE KEY-----\nMII", true},
      {"x", "-----BEGIN PUBLIC KEY-----\nMII", false},
      {"x", "Bearer abcdefghijklmnop1234", true},
      {"x", "https://user:pw@example.com/", true},
      {"x", "https://example.com/v1?key=abc", true},
      {"x", "https://example.com/v1?api-version=1&access_token=abc", true},
      {"x", "https://example.com/v1?api-version=2024-10-21", false},
      {"x", "https://example.com/a@b", false},
      {"x", "sk-short sk-abcdefghij0123456789", true},
      {"x", "sk-no-digits.sk-only-words-again", false},
      {"x", "Bearer short Bearer abcdefghijklmnop1234", true},
      {"x", "Bearer Bearer abcdefghijklmnop1234", true},
      {"x", "https://example.com/?x=1?key=abc", true},
      {"x", "https://example.com/??&key=abc", true},
      {"x", "https://example.com/?key=&x=1", false},
      {"x", "https://example.com/?key", false},
      {"x", "https://example.com/?a=b=c&sig=#x", false},
      {"x", "https://example.com/?x#&token=abc", true},
      {"signing", "q8Zr2LmX0vTn4KsYb7WcJh5PdFg9RtUa", true},
      {"note", "q8Zr2LmX0vTn4KsYb7WcJh5PdFg9RtUa", false},
      {"keyboard", "a text that is long enough but made of words", false},
  };
  for (const Case& c : cases) {
    INFO(c.key << ": " << c.text);
    CHECK(is_literal_secret(c.key, c.text) == c.secret);
  }
}

TEST_CASE("a long text is searched as fast as it is read") {
  // Megabytes that begin again and again what is none: one that starts over each time never ends.
  const auto repeated = [](std::string_view start, std::string_view piece) {
    std::string text(start);
    while (text.size() < std::size_t{5} << 20) text += piece;
    return text;
  };
  for (const auto& text :
       {repeated("", "sk-"), repeated("", "sk-a."), repeated("", "Bearer "),
        repeated("", "Basic a"), repeated("http://h/", "?"), repeated("http://h/", "&a"),
        repeated("http://h/", "?a="), repeated("http://h/?", "="), repeated("", "AKIA-")}) {
    INFO(text.substr(0, 20));
    CHECK_FALSE(looks_like_secret(text));
  }
}

TEST_CASE("a masked value keeps its shape and loses its secrets") {
  struct Case {
    const char* value;
    const char* masked;
  };
  const Case cases[] = {
      {R"j({"a":[1,"x",null],"b":{"c":true}})j", R"j({"a":[1,"x",null],"b":{"c":true}})j"},
      {R"j({"api_key":"x","deep":[{"token":7}]})j",
       R"j({"api_key":"(secret)","deep":[{"token":"(secret)"}]})j"},
      {R"j({"password":["a","b"]})j", R"j({"password":["(secret)","(secret)"]})j"},
      {R"j({"url":"https://u:p@example.com"})j", R"j({"url":"(secret)"})j"},
      {R"j({"sk-abcdefghij0123456789":1})j", R"j({"(secret)":1})j"},
      {R"j("Bearer abcdefghijklmnop1234")j", R"j("(secret)")j"},
  };
  for (const Case& c : cases) {
    CHECK(mask_secrets(nlohmann::json::parse(c.value)).dump() == c.masked);
  }
}

TEST_CASE("prose holds a key only when one of a known form stands in it") {
  for (const char* text :
       {"Use sk-proj-abcdefghijklmnop0123456789 for it.", "AKIAIOSFODNN7EXAMPLE",
        "token ghp_abcdefghijklmnopqrst", "-----BEGIN RSA PRIVATE KEY-----\nMII"}) {
    CAPTURE(text);
    CHECK(holds_known_key(text));
    CHECK(mask_known_key(text) == "(secret)");
  }
  for (const char* text :
       {"Send Authorization: Bearer 0123456789abcdef0123", "See https://ada:secret@example.com/",
        "sk-based embeddings", "Never tell the password 'swordfish'."}) {
    CAPTURE(text);
    CHECK_FALSE(holds_known_key(text));
    CHECK(mask_known_key(text) == text);
  }
}

}  // namespace
}  // namespace llmctl
