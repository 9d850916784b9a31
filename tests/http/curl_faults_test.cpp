#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <thread>

#include "base/signals.h"
#include "tests/http/client.h"
#include "tests/support/environment.h"
#include "tests/support/http_server.h"

namespace llmctl::test {
namespace {

using namespace std::chrono_literals;
using http::Failure;
using End = ScriptedReply::End;

const std::string half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello";

Outcome perform_against(ScriptedReply reply, const http::Limits& limits = patient()) {
  HttpServer server({std::move(reply)});
  return perform(post(server.url("/path?key=canary")), limits);
}

TEST_CASE("a port that nobody listens on refuses, before anything is sent") {
  const std::string place = "127.0.0.1:" + std::to_string(unused_port());
  const auto outcome = perform(post("http://" + place + "/?key=canary"));
  CHECK(outcome.kind() == Failure::Kind::network);
  CHECK(outcome.message() == "cannot connect to '" + place + "': connection refused");
  CHECK_FALSE(outcome.failure->sent);
}

TEST_CASE("a connection that breaks is a network failure, at whatever point it does") {
  struct Case {
    std::string_view when;
    ScriptedReply reply;
    std::string_view message;  ///< how it begins
    std::string_view text;     ///< what may have been handed on before
  };
  const Case cases[] = {
      {"closed before the head", {{}, End::close}, "the server closed the connection", ""},
      {"reset before the head", {{}, End::reset}, "the connection to '127.0.0.1:", ""},
      {"closed within the head",
       {{{"HTTP/1.1 200 OK\r\nx: "}}, End::close},
       "the server closed the connection within the head",
       ""},
      {"closed within the body", {{{half}}, End::close}, "the reply broke off", "hello"},
      {"reset within the body", {{{half}, {"", 100ms}}, End::reset}, "the connection to", "hello"},
      {"closed within a chunk",
       {{{"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\nhello"}}, End::close},
       "the reply broke off",
       "hello"},
      {"closed before the last chunk",
       {{{"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"}}, End::close},
       "the reply broke off",
       "hello"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.when);
    const auto outcome = perform_against(c.reply);
    CAPTURE(outcome.message());
    CHECK(outcome.kind() == Failure::Kind::network);
    CHECK_THAT(outcome.message(), Catch::StartsWith(std::string(c.message)));
    CHECK(outcome.failure->sent);
    // A reset takes away what has arrived and was not read.
    CHECK_THAT(std::string(c.text), Catch::StartsWith(outcome.reply.text));
  }
}

TEST_CASE("what follows the announced length is no part of the reply, nor of the next one") {
  HttpServer server({{{{http_reply("short") + "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"}}},
                     reply_with("next")});
  const auto client = http::make_curl_client();
  CHECK(perform(*client, post(server.url())).reply.text == "short");
  CHECK(perform(*client, post(server.url())).reply.text == "next");
}

TEST_CASE("each limit on time ends a request in its own words") {
  const auto limits = [](auto member, Duration limit) {
    http::Limits result = patient();
    result.*member = limit;
    return result;
  };
  struct Case {
    ScriptedReply reply;
    http::Limits limits;
    std::string_view message;
  };
  const Case cases[] = {
      {{{}, End::stall}, limits(&http::Limits::first_byte, 100ms), "no reply within 100ms"},
      {{{{"HTTP/1.1 100 Continue\r\n\r\n"}}, End::stall},
       limits(&http::Limits::first_byte, 100ms),
       "no reply within 100ms"},
      {{{}, End::stall}, limits(&http::Limits::total, 100ms), "no reply within 100ms"},
      {{{{half}}, End::stall},
       limits(&http::Limits::idle, 100ms),
       "nothing more of the reply within 100ms"},
      {{{{half}}, End::stall}, limits(&http::Limits::total, 1s), "no whole reply within 1s"},
  };
  for (const Case& c : cases) {
    const auto outcome = perform_against(c.reply, c.limits);
    CHECK(outcome.kind() == Failure::Kind::timeout);
    CHECK(outcome.message() == c.message);
    CHECK(outcome.failure->sent);
  }
}

TEST_CASE("a connection that does not come about is given up") {
  HttpServer server({{{}, End::stall}});
  http::Limits limits = patient();
  limits.connect = 100ms;
  // The server waits for a request, and so never answers what TLS begins with.
  const auto outcome =
      perform(post("https://127.0.0.1:" + std::to_string(server.port()) + "/"), limits);
  CHECK(outcome.kind() == Failure::Kind::timeout);
  CHECK(outcome.message() == "no connection within 100ms");
  CHECK_FALSE(outcome.failure->sent);
}

TEST_CASE("a slow reply is waited for as long as it goes on") {
  ScriptedReply drip{{{"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n"}}};
  for (int i = 0; i < 10; ++i) drip.pieces.push_back({"x", 250ms});
  http::Limits limits = patient();
  limits.idle = limits.first_byte = 2s;
  const auto outcome = perform_against(drip, limits);
  CHECK(outcome.message().empty());
  CHECK(outcome.reply.text == "xxxxxxxxxx");
}

TEST_CASE("what is no HTTP is malformed, and none of it is repeated") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  struct Case {
    std::string_view what;
    ScriptedReply reply;
  };
  const Case cases[] = {
      {"another protocol", {{{"220 canary ESMTP\r\n"}}, End::close}},
      {"bytes", {{{std::string(64, '\xff') + "canary"}}, End::close}},
      {"an old page", {{{"<html>canary</html>"}}, End::close}},
      {"a line without a colon", {{{head + "canary\r\n\r\n"}}, End::close}},
      {"chunks without lengths",
       {{{head + "transfer-encoding: chunked\r\n\r\nxyz canary\r\n"}}, End::close}},
      {"a length that is none", {{{head + "content-length: canary\r\n\r\n"}}, End::close}},
      {"a broken compression", reply_with("canary canary", "content-encoding: gzip\r\n")},
      {"a compression not asked for", reply_with("\x06", "content-encoding: br\r\n")},
      {"another of those", reply_with("canary", "content-encoding: zstd\r\n")},
      {"one of two compressions", reply_with("canary", "content-encoding: gzip, br\r\n")},
      {"an unknown compression", reply_with("canary", "content-encoding: canary\r\n")},
      {"another protocol from now on",
       {{{"HTTP/1.1 101 Switching\r\nupgrade: canary\r\n\r\n"}}, End::stall}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const auto outcome = perform_against(c.reply);
    CAPTURE(outcome.message());
    CHECK(outcome.kind() == Failure::Kind::malformed);
    CHECK(outcome.message().find("canary") == std::string::npos);
    CHECK(outcome.reply.text.empty());
  }
}

TEST_CASE("a head has its limit, in one header, in many and in interim replies") {
  http::Limits limits = patient();
  limits.head_bytes = 10'000;
  const std::string head = "HTTP/1.1 200 OK\r\n";
  ScriptedReply many{{{head}}, End::stall};
  many.pieces.push_back({"x: " + std::string(100, 'x') + "\r\n"});
  many.repeat = 1000;
  const ScriptedReply replies[] = {
      {{{head + "x: " + std::string(20'000, 'x') + "\r\n\r\n"}}, End::stall},
      {{{head + "x: " + std::string(2'000'000, 'x')}}, End::stall},
      {{{head}, {"x: 1\r\n"}}, End::stall, 5'000},
      {{{"HTTP/1.1 100 Continue\r\n\r\n"}}, End::stall, 5'000},
  };
  for (const ScriptedReply& reply : replies) {
    const auto outcome = perform_against(reply, limits);
    CAPTURE(outcome.message());
    CHECK(outcome.kind() == Failure::Kind::malformed);
    CHECK(outcome.reply.heads == 0);
  }
}

TEST_CASE("a body has its limit, whether its length is announced or not") {
  http::Limits limits = patient();
  limits.body_bytes = 100'000;
  const std::string piece(50'000, 'x');
  const ScriptedReply replies[] = {
      {{{"HTTP/1.1 200 OK\r\ncontent-length: 150000\r\n\r\n" + piece}, {piece}, {piece}}},
      {{{"HTTP/1.1 200 OK\r\n\r\n" + piece}, {piece}, {piece}}, End::close},
  };
  for (const ScriptedReply& reply : replies) {
    const auto outcome = perform_against(reply, limits);
    CHECK(outcome.kind() == Failure::Kind::malformed);
    CHECK(outcome.message() == "the reply is longer than 100000 bytes");
    CHECK(outcome.reply.text.size() <= 100'000);
  }
  const auto outcome = perform_against(reply_with(piece + piece), limits);
  CHECK(outcome.message().empty());
  CHECK(outcome.reply.text.size() == 100'000);
}

/// Takes bits as RFC 1951 wants them.
class BitWriter {
 public:
  void add(unsigned bits, int count) {
    for (int i = 0; i < count; ++i) add_bit((bits >> i) & 1U);
  }
  /// Huffman codes have their first bit first.
  void add_code(unsigned code, int count) {
    for (int i = count - 1; i >= 0; --i) add_bit((code >> i) & 1U);
  }
  void align() {
    while (used_ != 0) add_bit(0);
  }
  std::string bytes;

 private:
  void add_bit(unsigned bit) {
    if (used_ == 0) bytes.push_back('\0');
    bytes.back() = static_cast<char>(static_cast<unsigned char>(bytes.back()) | (bit << used_));
    used_ = (used_ + 1) % 8;
  }
  int used_ = 0;
};

/// A piece of a deflate stream, not the last, that becomes about a mebibyte of zeros.
std::string deflated_mebibyte() {
  BitWriter writer;
  writer.add(0, 1);                // not the last block
  writer.add(1, 2);                // of fixed codes
  writer.add_code(0b00110000, 8);  // one zero
  for (int i = 0; i < 4064; ++i) {
    writer.add_code(0b11000101, 8);  // 258 bytes …
    writer.add_code(0, 5);           // … like the last one
  }
  writer.add_code(0, 7);  // the end of the block
  writer.add(0, 3);       // an empty stored block, which ends on a whole byte
  writer.align();
  writer.bytes.append("\x00\x00\xff\xff", 4);
  return writer.bytes;
}

TEST_CASE("a gibibyte in a few megabytes of gzip ends at the limit, in little memory") {
  const std::string head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n";
  const std::string gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03", 10);
  ScriptedReply bomb{{{head + gzip}}, End::close};
  const std::string mebibyte = deflated_mebibyte();
  for (int i = 0; i < 1024; ++i) bomb.pieces.push_back({mebibyte});
  HttpServer server({bomb});

  class Counter final : public http::ReplyHandler {
   public:
    void head(const http::ReplyHead&) override {}
    void body(std::string_view bytes) override { count += bytes.size(); }
    std::size_t count = 0;
  };
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  Counter counter;
  const auto failure = http::make_curl_client()->perform(post(server.url()), {}, counter);
  ::getrusage(RUSAGE_SELF, &after);
  REQUIRE(failure);
  CHECK(failure->kind == Failure::Kind::malformed);
  CHECK(failure->message == "the reply is longer than 67108864 bytes");
  CHECK(counter.count > 60 << 20);
  CHECK(counter.count <= 64 << 20);
  CHECK(after.ru_maxrss - before.ru_maxrss < 32 << 10);  // KiB
}

TEST_CASE("a request that is no request is not sent") {
  HttpServer server({});
  auto request = post(server.url());
  SECTION("a header within a header") {
    request.headers.emplace_back("x-id", "1\r\nx-injected: canary");
  }
  SECTION("a header within a header's name") {
    request.headers.emplace_back("x-id: 1\r\nx-injected", "canary");
  }
  SECTION("a header within the URL") { request.url = server.url("/\r\nx-injected: canary"); }
  SECTION("the end of a text within the URL") { request.url = server.url({"/\0canary", 8}); }
  SECTION("a header within the method") {
    request.method = "GET / HTTP/1.1\r\nx-injected: canary\r\n";
  }
  SECTION("a user") { request.url.insert(7, "canary@"); }
  const auto outcome = perform(request);
  CHECK(outcome.kind() == Failure::Kind::malformed);
  CHECK_FALSE(outcome.failure->sent);
  CHECK(outcome.message().find("canary") == std::string::npos);
  CHECK(server.connections() == 0);
}

TEST_CASE("addresses out of reach are not connected to") {
  struct Case {
    std::string url;
    std::string_view message;
  };
  const Case cases[] = {
      {"https://169.254.169.254/latest",
       "no connection is made to '169.254.169.254', which has a link-local address"},
      {"https://[::ffff:169.254.169.254]/",
       "no connection is made to '::ffff:169.254.169.254', which has a link-local address"},
      {"https://[fd00:ec2::254]/",
       "no connection is made to 'fd00:ec2::254', which has the address of a cloud's metadata "
       "service"},
      {"https://0.0.0.0/", "no connection is made to '0.0.0.0', which has an unspecified address"},
      {"https://10.0.0.1/",
       "no connection is made to '10.0.0.1', which has a private address; 'allow_private: true' in "
       "llmctl's configuration file permits it"},
  };
  const ScopedVariable no_proxy("no_proxy", "*");
  for (const Case& c : cases) {
    CAPTURE(c.url);
    const auto outcome = perform(post(c.url));
    CHECK(outcome.kind() == Failure::Kind::network);
    CHECK(outcome.message() == c.message);
    CHECK_FALSE(outcome.failure->sent);
  }
  const auto outcome =
      perform(post("https://169.254.169.254/"), patient(), {.allow_private = true});
  CHECK(outcome.message() == cases[0].message);
}

/// In a process of its own, since a signal is for ever.
TEST_CASE("a signal ends a request that waits") {
  HttpServer server({{{{half}}, End::stall}});
  const auto url = server.url();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    install_signal_handlers();
    const auto outcome = perform(post(url));
    ::_exit(outcome.kind() == Failure::Kind::cancelled && outcome.failure->sent ? 0 : 1);
  }
  while (server.requests().empty()) std::this_thread::sleep_for(1ms);
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace llmctl::test
