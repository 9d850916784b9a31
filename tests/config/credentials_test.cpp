#include "config/credentials.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/error.h"
#include "tests/support/database.h"

namespace llmctl::config {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Credentials credentials(const Variables& variables,
                        std::map<std::string, CredentialSource> declared = {}) {
  return {std::move(declared), [variables](std::string_view name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          }};
}

std::string found(const Credentials& credentials, std::string_view name, std::string_view url) {
  const auto secret = credentials.find(name, url);
  return secret ? std::string(secret->reveal()) : "nothing";
}

Error refusal(const Credentials& credentials, std::string_view name, std::string_view url) {
  try {
    credentials.find(name, url);
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::configuration);
    return error;
  }
  FAIL("no error");
  return {ErrorKind::internal, ""};
}

TEST_CASE("a provider's usual variable is for its usual hosts") {
  const auto known = credentials({{"OPENAI_API_KEY", "sk-1"}, {"AZURE_OPENAI_API_KEY", "az-1"}});
  CHECK(found(known, "openai", "https://api.openai.com/v1/chat/completions") == "sk-1");
  CHECK(found(known, "openai", "https://API.openai.com:443/v1") == "sk-1");
  CHECK(found(known, "azure", "https://mine.openai.azure.com/openai/v1") == "az-1");
  for (const char* url : {"https://evil.example/v1", "https://api.openai.com.evil.example/",
                          "https://api.openai.com:8443/", "https://openai.azure.com/",
                          "https://evilopenai.azure.com.example/"}) {
    CAPTURE(url);
    const Error error = refusal(known, "openai", url);
    CHECK_THAT(error.what(), Catch::Contains("is not for"));
    CHECK_THAT(std::string(error.what()) + error.hint, !Catch::Contains("sk-1"));
  }
  CHECK_THAT(refusal(known, "azure", "https://openai.azure.com/").what(),
             Catch::Contains("is not for"));
  CHECK_THAT(refusal(known, "openai", "http://api.openai.com/").what(),
             Catch::Contains("without TLS"));
}

TEST_CASE("the host of the usual URL's variable is bound too, with its port") {
  const auto known = credentials(
      {{"OPENAI_API_KEY", "sk-1"}, {"OPENAI_BASE_URL", "https://gateway.example:8443/v1/"}});
  CHECK(found(known, "openai", "https://gateway.example:8443/v1/chat/completions") == "sk-1");
  refusal(known, "openai", "https://gateway.example/v1");
}

TEST_CASE("loopback gets a secret only when it is bound to it") {
  const Variables variables{{"OPENAI_API_KEY", "sk-1"}, {"LOCAL", "l-1"}};
  for (const char* url : {"http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]:1/"}) {
    CAPTURE(url);
    CHECK(found(credentials(variables), "openai", url) == "nothing");
    CHECK(found(credentials(variables), "undeclared", url) == "nothing");
  }
  const auto bound = credentials(variables, {{"local", {"LOCAL", {}, {"127.0.0.1:8080"}}}});
  CHECK(found(bound, "local", "http://127.0.0.1:8080/v1") == "l-1");
  CHECK(found(bound, "local", "http://127.0.0.1:8081/v1") == "nothing");
}

TEST_CASE("what is declared takes the place of what is built in") {
  const auto declared = credentials({{"OPENAI_API_KEY", "sk-1"}, {"MINE", "sk-2"}},
                                    {{"openai", {"MINE", {}, {"*.example.com"}}}});
  CHECK(found(declared, "openai", "https://llm.example.com/") == "sk-2");
  refusal(declared, "openai", "https://example.com/");
  refusal(declared, "openai", "https://api.openai.com/");
}

TEST_CASE("what is missing or fits into no header is said without its text") {
  CHECK_THAT(refusal(credentials({}), "openai", "https://api.openai.com/").what(),
             Catch::Contains("OPENAI_API_KEY is not set"));
  CHECK_THAT(refusal(credentials({}), "nobody", "https://api.openai.com/").hint,
             Catch::Contains("credentials: {nobody:"));
  for (const char* text : {"two words", "t\xc3\xa4st", "\n"}) {
    const Error error =
        refusal(credentials({{"OPENAI_API_KEY", text}}), "openai", "https://api.openai.com/");
    CHECK(error.what() == std::string("the credential 'openai' is empty, too long, or has "
                                      "characters that no header may have"));
  }
  for (const char* url : {"", "api.openai.com", "ftp://api.openai.com/", "https://", "https:///x",
                          "https://user@api.openai.com/"}) {
    CAPTURE(url);
    CHECK_THAT(refusal(credentials({{"OPENAI_API_KEY", "sk-1"}}), "openai", url).what(),
               Catch::Contains("is no URL"));
  }
}

TEST_CASE("a secret's file is its owner's alone") {
  const test::TemporaryDirectory directory;
  const std::filesystem::path file = directory.write("key", "sk-3\r\nsecond line\n");
  const auto known = credentials({}, {{"filed", {{}, file, {"api.example.com"}}},
                                      {"gone", {{}, directory / "gone", {"api.example.com"}}}});
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  CHECK(found(known, "filed", "https://api.example.com/") == "sk-3");
  std::filesystem::permissions(file, std::filesystem::perms{0620});
  CHECK_THAT(refusal(known, "filed", "https://api.example.com/").what(),
             Catch::Contains("can be read or changed by others"));
  CHECK_THAT(refusal(known, "gone", "https://api.example.com/").what(),
             Catch::Contains("No such file"));
}

}  // namespace
}  // namespace llmctl::config
