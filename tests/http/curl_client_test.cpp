#include "http/curl_client.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/http/client.h"
#include "tests/support/environment.h"
#include "tests/support/http_server.h"

namespace llmctl::test {
namespace {

using namespace std::chrono_literals;
using http::Failure;
using End = ScriptedReply::End;

TEST_CASE("a reply is handed on whole, its head first") {
  HttpServer server({{{{"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-Request-Id: r1\r\n\r\n"},
                       {"hello ", 20ms},
                       {"world", 20ms}}}});
  const auto outcome = perform(post(server.url("/v1/chat?x=1"), R"({"a":1})"));
  CHECK(outcome.message().empty());
  CHECK(outcome.reply.heads == 1);
  CHECK(outcome.reply.last_head.status == 200);
  CHECK(http::find_header(outcome.reply.last_head.headers, "x-request-id") == "r1");
  CHECK(outcome.reply.text == "hello world");

  REQUIRE(server.requests().size() == 1);
  const RecordedRequest request = server.requests()[0];
  CHECK_THAT(request.head, Catch::StartsWith("POST /v1/chat?x=1 HTTP/1.1\r\n"));
  CHECK(request.header("host") == "127.0.0.1:" + std::to_string(server.port()));
  CHECK(request.header("content-type") == "application/json");
  CHECK(request.header("accept-encoding") == "gzip, deflate");
  CHECK(request.header("expect").empty());
  CHECK(request.body == R"({"a":1})");
}

TEST_CASE("a request is sent as it is") {
  HttpServer server({reply_with("1"), reply_with("2"), reply_with("3"), reply_with("4")});
  const auto client = http::make_curl_client();
  const std::string bytes("\0\r\n\xff", 4);
  perform(*client, {"POST", server.url("/a/../b/./c%2F"), {{"x-empty", ""}}, bytes});
  perform(*client, {"GET", server.url("/get"), {}, ""});
  perform(*client, {"DELETE", server.url("/delete"), {}, ""});
  const std::string large(2 << 20, 'x');  // more than what libcurl would ask about first
  perform(*client, {"PUT", server.url("/put"), {{"content-type", "text/plain"}}, large});

  const auto requests = server.requests();
  REQUIRE(requests.size() == 4);
  CHECK_THAT(requests[0].head, Catch::StartsWith("POST /a/../b/./c%2F HTTP/1.1\r\n"));
  CHECK_THAT(requests[0].head, Catch::Contains("\r\nx-empty:"));
  CHECK(requests[0].header("content-type").empty());
  CHECK(requests[0].body == bytes);
  CHECK_THAT(requests[1].head, Catch::StartsWith("GET /get HTTP/1.1\r\n"));
  CHECK(requests[1].header("content-length").empty());
  CHECK_THAT(requests[2].head, Catch::StartsWith("DELETE /delete HTTP/1.1\r\n"));
  CHECK_THAT(requests[3].head, Catch::StartsWith("PUT /put HTTP/1.1\r\n"));
  CHECK(requests[3].header("expect").empty());
  CHECK(requests[3].body == large);
}

TEST_CASE("a body may come in chunks, with trailers, or until the connection ends") {
  const std::string chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  HttpServer server(
      {{{{chunked + "5;extension=1\r\nhel"}, {"lo\r\n6\r\n world\r\n0\r\nx-t: 1\r\n\r\n", 20ms}}},
       {{{"HTTP/1.0 200 OK\r\n\r\nhello "}, {"world", 20ms}}, End::close},
       {{{"HTTP/1.1 204 No Content\r\n\r\n"}}}});
  const auto client = http::make_curl_client();
  auto outcome = perform(*client, post(server.url()));
  CHECK(outcome.message().empty());
  CHECK(outcome.reply.text == "hello world");
  CHECK_FALSE(http::find_header(outcome.reply.last_head.headers, "x-t"));
  outcome = perform(*client, post(server.url()));
  CHECK(outcome.message().empty());
  CHECK(outcome.reply.text == "hello world");
  outcome = perform(*client, post(server.url()));
  CHECK(outcome.message().empty());
  CHECK(outcome.reply.last_head.status == 204);
  CHECK(outcome.reply.text.empty());
}

/// "hello, hello, hello"
const std::string gzipped(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\x40\xa2\x00\x9f\xa1"
    "\xca\x09\x13\x00\x00\x00",
    29);

TEST_CASE("a compressed body is handed on as what it was before") {
  HttpServer server({reply_with(gzipped, "content-encoding: gzip\r\n"),
                     reply_with("plain", "content-encoding: identity\r\n")});
  const auto client = http::make_curl_client();
  CHECK(perform(*client, post(server.url())).reply.text == "hello, hello, hello");
  CHECK(perform(*client, post(server.url())).reply.text == "plain");
}

TEST_CASE("interim replies are left out") {
  HttpServer server({{{{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"},
                       {http_reply("done"), 20ms}}}});
  const auto outcome = perform(post(server.url()));
  CHECK(outcome.message().empty());
  CHECK(outcome.reply.heads == 1);
  CHECK(outcome.reply.last_head.status == 200);
  CHECK(outcome.reply.last_head.headers.size() == 1);
  CHECK(outcome.reply.text == "done");
}

TEST_CASE("every status is handed on with its body, and a redirect is not followed") {
  HttpServer elsewhere({reply_with("caught")});
  HttpServer server({reply_with("moved", "location: " + elsewhere.url() + "\r\n", 301),
                     reply_with("kept", "location: " + elsewhere.url() + "\r\n", 307),
                     reply_with("none", "", 404), reply_with("later", "retry-after: 1\r\n", 429),
                     reply_with("who", "www-authenticate: Basic\r\n", 401),
                     reply_with("broken", "", 500)});
  const auto client = http::make_curl_client();
  struct Case {
    int status;
    std::string_view body;
  };
  for (const Case& c : {Case{301, "moved"}, Case{307, "kept"}, Case{404, "none"},
                        Case{429, "later"}, Case{401, "who"}, Case{500, "broken"}}) {
    const auto outcome = perform(*client, post(server.url()));
    CHECK(outcome.message().empty());
    CHECK(outcome.reply.last_head.status == c.status);
    CHECK(outcome.reply.text == c.body);
  }
  CHECK(server.requests().size() == 6);
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("a connection is kept for the next request") {
  HttpServer server({reply_with("1"), reply_with("2"), reply_with("3", "connection: close\r\n"),
                     reply_with("4")});
  const auto client = http::make_curl_client();
  for (int i = 0; i < 4; ++i) CHECK(perform(*client, post(server.url())).message().empty());
  const auto requests = server.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[1].connection == 0);
  CHECK(requests[2].connection == 0);
  CHECK(requests[3].connection == 1);
}

TEST_CASE("a request is not sent again when a kept connection turns out to be dead") {
  HttpServer server({reply_with("1"), {{}, End::close}, reply_with("3")});
  const auto client = http::make_curl_client();
  CHECK(perform(*client, post(server.url())).message().empty());
  const auto outcome = perform(*client, post(server.url()));
  CHECK(outcome.kind() == Failure::Kind::network);
  CHECK(outcome.failure->sent);
  CHECK(outcome.message() == "the server closed the connection without a reply");
  CHECK(server.requests().size() == 2);
}

TEST_CASE("what the handler throws comes out, and the client goes on") {
  class Thrower final : public http::ReplyHandler {
   public:
    void head(const http::ReplyHead& head) override {
      if (head.status == 500) throw std::runtime_error("head");
    }
    void body(std::string_view) override { throw std::runtime_error("body"); }
  };
  HttpServer server({reply_with("1"), reply_with("2", "", 500), reply_with("3")});
  const auto client = http::make_curl_client();
  Thrower thrower;
  CHECK_THROWS_WITH(client->perform(post(server.url()), patient(), thrower), "body");
  CHECK_THROWS_WITH(client->perform(post(server.url()), patient(), thrower), "head");
  CHECK(perform(*client, post(server.url())).reply.text == "3");
}

TEST_CASE("a trace has no secrets, no query and no body") {
  HttpServer server({reply_with("reply canary", "set-cookie: canary\r\nx-request-id: r1\r\n")});
  std::vector<std::string> lines;
  auto request = post(server.url("/v1/chat?key=canary"), "body canary");
  request.headers.emplace_back("Authorization", "Bearer canary");
  const auto outcome = perform(request, patient(),
                               {false, [&](std::string_view line) { lines.emplace_back(line); }});
  CHECK(outcome.message().empty());
  CHECK(lines == std::vector<std::string>{
                     "> POST " + server.url("/v1/chat") + "?(hidden)",
                     "> content-type: application/json",
                     "> authorization: (hidden)",
                     "< 200",
                     "< set-cookie: (hidden)",
                     "< x-request-id: r1",
                     "< content-length: 12",
                 });
}

TEST_CASE("a proxy of the environment is asked for a tunnel, and is told nothing else") {
  HttpServer proxy({{{{"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"}}, End::close}});
  const ScopedVariable https_proxy("https_proxy", proxy.url());
  const ScopedVariable no_proxy("no_proxy", std::nullopt);
  const ScopedVariable no_proxy_either("NO_PROXY", std::nullopt);
  auto request = post("https://api.example.test/v1?key=canary", "canary");
  request.headers.emplace_back("Authorization", "Bearer canary");
  const auto outcome = perform(request);
  CHECK(outcome.kind() == Failure::Kind::network);
  CHECK(outcome.message() ==
        "the proxy refused a connection to 'api.example.test' with status 403");
  CHECK_FALSE(outcome.failure->sent);
  CHECK(outcome.reply.heads == 0);
  REQUIRE(proxy.requests().size() == 1);
  CHECK_THAT(proxy.requests()[0].head,
             Catch::StartsWith("CONNECT api.example.test:443 HTTP/1.1\r\n"));
  CHECK(proxy.requests()[0].head.find("canary") == std::string::npos);
}

TEST_CASE("a request to this machine goes around every proxy") {
  HttpServer proxy({reply_with("proxy")});
  HttpServer server({reply_with("server")});
  const ScopedVariable http_proxy("http_proxy", proxy.url());
  const ScopedVariable all_proxy("all_proxy", proxy.url());
  CHECK(perform(post(server.url())).reply.text == "server");
  CHECK(proxy.connections() == 0);
}

}  // namespace
}  // namespace llmctl::test
