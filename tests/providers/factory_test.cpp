#include <catch2/catch.hpp>

#include "base/error.h"
#include "providers/provider.h"
#include "tests/support/chat.h"

namespace llmctl::providers {
namespace {

using test::error_from;
using test::make_llm;

model::LlmProvider of_type(const std::string& type, const std::string& configuration = "{}") {
  auto llm = make_llm("x", configuration);
  llm.provider_type = type;
  return llm;
}

std::string answer_of(const std::optional<model::LlmProvider>& llm) {
  const model::Conversation conversation;
  const std::optional<model::Agent> agent;
  std::vector<HistoryEntry> history(1);
  history[0].role = "user";
  history[0].content = "hi";
  return std::get<ProviderResult>(
             get_provider(llm)->send_message({conversation, history, agent, {}, 0}))
      .content;
}

TEST_CASE("without an LLM the factory gives the Dummy") {
  CHECK(answer_of({}) == "Dummy response from Default Agent using Dummy LLM: hi");
}

TEST_CASE("for the seeded row the factory gives the Dummy under its name") {
  auto seeded = make_llm("dummy");
  seeded.name = "Dummy LLM";
  CHECK(answer_of(seeded) == "Dummy response from Default Agent using Dummy LLM: hi");
  CHECK(answer_of(make_llm("other")) == "Dummy response from Default Agent using LLM other: hi");
  CHECK(has_implementation(seeded));
}

TEST_CASE("a provider type without an implementation is an error, never the Dummy") {
  for (const std::string type : {"intercom", "", "Custom", "dummy", "openAI"}) {
    CAPTURE(type);
    CHECK_FALSE(has_implementation(of_type(type)));
    const Error error = error_from([&] { get_provider(of_type(type)); });
    CHECK(error.kind == ErrorKind::configuration);
    CHECK(error.what() ==
          "provider type '" + type + "' of LLM 'x' is not implemented in this version of llmctl");
  }
}

TEST_CASE("a provider that speaks HTTP makes a request, and says before what it lacks") {
  const ProviderContext nothing{
      [](std::string_view name, std::string_view) -> std::optional<Secret> {
        throw Error(ErrorKind::configuration, "no credential '" + std::string(name) + "'");
      },
      [](std::string_view) { return std::nullopt; }, [] { return Timestamp{}; }};
  for (const auto& [type, configuration] : std::vector<std::pair<std::string, std::string>>{
           {"openai", "{}"},
           {"google", "{}"},
           {"anthropic", "{}"},
           {"azure", R"({"base_url": "https://x.openai.azure.com", "api_version": "2024-10-21"})"},
           {"bedrock", R"({"region": "us-east-1"})"}}) {
    CAPTURE(type);
    auto llm = of_type(type, configuration);
    llm.model_identifier = "some-model";
    CHECK(has_implementation(llm));
    CHECK(error_from([&] { get_provider(llm, nothing)->require_ready(); }).kind ==
          ErrorKind::configuration);
  }
  auto local = of_type("custom", R"({"base_url": "http://127.0.0.1:8080/v1"})");
  CHECK(error_from([&] { get_provider(local, nothing)->require_ready(); }).what() ==
        std::string("LLM 'x' has no model_identifier"));
  local.model_identifier = "some-model";
  const auto provider = get_provider(local, nothing);
  provider->require_ready();
  const model::Conversation conversation;
  const std::optional<model::Agent> agent;
  const std::vector<HistoryEntry> history{{"user", "hi"}};
  const Step step = provider->send_message({conversation, history, agent, {}});
  CHECK(std::get<Exchange>(step).request.url == "http://127.0.0.1:8080/v1/chat/completions");
}

TEST_CASE("a result is completed, or pending with the id of the message that will hold it") {
  ProviderResult completed;
  completed.content = "Hello";
  CHECK(completed.status == Status::completed);
  CHECK_FALSE(completed.pending_message_id);

  ProviderResult pending;
  pending.status = Status::pending;
  pending.pending_message_id = parse_uuid("01998000000070008000000000000001");
  CHECK(pending.content.empty());
  CHECK(to_string(*pending.pending_message_id) == "01998000-0000-7000-8000-000000000001");
}

TEST_CASE("the names of provider errors read back") {
  for (const std::string& name : provider_error_kind_names()) {
    CAPTURE(name);
    REQUIRE(parse_provider_error_kind(name));
    CHECK(kind_name(*parse_provider_error_kind(name)) == name);
  }
  CHECK_FALSE(parse_provider_error_kind("Server"));
  CHECK_FALSE(parse_provider_error_kind(""));
}

}  // namespace
}  // namespace llmctl::providers
