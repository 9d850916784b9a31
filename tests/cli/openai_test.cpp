#include <catch2/catch.hpp>

#include "tests/support/http_server.h"
#include "tests/support/inspector.h"
#include "tests/support/program.h"

/// Turns with a provider that speaks HTTP, from the command line to the socket.
namespace llmctl::test {
namespace {

constexpr std::string_view json = "Content-Type: application/json\r\n";
constexpr std::string_view events = "Content-Type: text/event-stream\r\n";

constexpr std::string_view whole_answer =
    R"({"id":"c1","model":"small-2026","choices":[{"index":0,"message":{"role":"assistant",)"
    R"("content":"Oslo"},"finish_reason":"stop"}],"usage":{"prompt_tokens":22,)"
    R"("completion_tokens":1}})";

constexpr std::string_view streamed_answer =
    "data: "
    "{\"model\":\"small-2026\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Os\"}}]}\n\n"
    "data: "
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":22,\"completion_tokens\":1}}\n\n"
    "data: [DONE]\n\n";

/// A database with one LLM at the server, whose key is bound to it.
void prepare(Program& program, const HttpServer& server) {
  program.succeed({"init", "-q"});
  program.succeed(
      {"seed", "-q",
       program.directory().write("local.yaml",
                                 "llmctl: seed/1\nset: local\nllm_providers:\n  local:\n"
                                 "    name: Local\n    provider_type: custom\n"
                                 "    model_identifier: small\n    supports_streaming: true\n"
                                 "    cost_per_1k_input_tokens: \"0.001\"\n"
                                 "    cost_per_1k_output_tokens: \"0.002\"\n"
                                 "    configuration: {base_url: \"" +
                                     server.url("/v1") + "\", credential: local}\n")});
  std::string host = server.url("");
  host = host.substr(host.find("//") + 2);
  program.environment["LOCAL_KEY"] = "canary-5d41402abc4b2a76";
  program.environment["LLMCTL_CONFIG"] = program.directory().write(
      "config.yaml", "credentials:\n  local: {env: LOCAL_KEY, hosts: [\"" + host + "\"]}\n");
}

TEST_CASE("a turn with an OpenAI-compatible server is asked, stored and paid for") {
  HttpServer server({reply_with(whole_answer, json)});
  Program program;
  prepare(program, server);
  const ProcessResult result = program.run({"chat", "-m", "local", "Capital of Norway?"});
  CHECK(result.out == "Oslo\n");
  CHECK(result.exit_code == 0);
  REQUIRE(server.requests().size() == 1);
  const RecordedRequest request = server.requests()[0];
  CHECK_THAT(request.head, Catch::StartsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
  CHECK(request.header("authorization") == "Bearer canary-5d41402abc4b2a76");
  CHECK_THAT(request.body, Catch::Contains(R"("content":"Capital of Norway?")"));
  Inspector inspector(program.database());
  CHECK(inspector.texts("SELECT status || ' ' || served_model || ' ' || input_tokens || ' ' || "
                        "output_tokens || ' ' || cost_nanousd FROM llmctl_attempts") ==
        std::vector<std::string>{"completed small-2026 22 1 24000"});
  CHECK_THAT(read_file(program.database()), !Catch::Contains("canary"));
  CHECK_THAT(result.err, !Catch::Contains("canary"));
}

TEST_CASE("a streamed answer is printed and stored as the whole one is") {
  HttpServer server({reply_with(streamed_answer, events)});
  Program program;
  prepare(program, server);
  const ProcessResult result = program.run({"chat", "-m", "local", "--stream", "Capital?"});
  CHECK(result.out == "Oslo\n");
  CHECK(result.exit_code == 0);
  Inspector inspector(program.database());
  CHECK(inspector.texts("SELECT content FROM messages WHERE role = 'assistant'") ==
        std::vector<std::string>{"Oslo"});
  CHECK(inspector.number("SELECT cost_nanousd FROM llmctl_attempts") == 24000);
  CHECK(inspector.number("SELECT count(*) FROM llmctl_attempts WHERE first_token_us > 0") == 1);
}

TEST_CASE("a stream that breaks after text is a failed attempt that keeps it, and no answer") {
  const std::string half(streamed_answer.substr(0, streamed_answer.find("\n\n") + 2));
  HttpServer server({reply_with(half, events)});
  Program program;
  prepare(program, server);
  const ProcessResult result = program.run({"chat", "-m", "local", "--stream", "Capital?"});
  CHECK(result.out == "Os\n");
  CHECK((result.exit_code == 69 || result.exit_code == 76));
  CHECK(server.requests().size() == 1);
  Inspector inspector(program.database());
  CHECK(inspector.texts("SELECT status || ' ' || partial_content FROM llmctl_attempts") ==
        std::vector<std::string>{"failed Os"});
  CHECK(inspector.number("SELECT count(*) FROM messages WHERE role = 'assistant'") == 0);
}

TEST_CASE("an error of the server is one attempt a try, and its message reaches no answer") {
  const std::string refusal = R"({"error":{"message":"no such model","code":"model_not_found"}})";
  HttpServer server({reply_with(refusal, json, 404)});
  Program program;
  prepare(program, server);
  const ProcessResult result = program.run({"chat", "-m", "local", "hi"});
  CHECK(result.exit_code == 76);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Catch::Contains("not_found, HTTP 404"));
  Inspector inspector(program.database());
  CHECK(inspector.texts("SELECT error_kind || ' ' || http_status FROM llmctl_attempts") ==
        std::vector<std::string>{"not_found 404"});
}

}  // namespace
}  // namespace llmctl::test
