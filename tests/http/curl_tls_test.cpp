#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tests/http/client.h"
#include "tests/support/certificates.h"
#include "tests/support/database.h"
#include "tests/support/environment.h"
#include "tests/support/http_server.h"

namespace llmctl::test {
namespace {

using http::Failure;

/// Servers' certificates are good when this authority has signed them.
class TrustedAuthority {
 public:
  explicit TrustedAuthority(const char* variable = "SSL_CERT_FILE")
      : trusted_(variable, directory_.write("authority.pem", certificate.certificate).string()) {}

  Certificate certificate = make_authority();

 private:
  TemporaryDirectory directory_;
  ScopedVariable no_bundle_{"CURL_CA_BUNDLE", std::nullopt};
  ScopedVariable no_file_{"SSL_CERT_FILE", std::nullopt};
  ScopedVariable trusted_;
};

TEST_CASE("a server with a good certificate is spoken to") {
  const auto* variable = GENERATE("SSL_CERT_FILE", "CURL_CA_BUNDLE");
  const TrustedAuthority authority(variable);
  HttpServer server({reply_with("one"), reply_with("two")},
                    make_server_certificate("localhost", &authority.certificate));
  const auto client = http::make_curl_client();
  const auto outcome = perform(*client, post(server.url("/", "localhost"), "secret"));
  CHECK(outcome.message().empty());
  CHECK(outcome.reply.text == "one");
  CHECK(server.requests().at(0).body == "secret");
  CHECK(perform(*client, post(server.url("/", "localhost"))).reply.text == "two");
  CHECK(server.connections() == 1);
}

TEST_CASE("a certificate may be for an address") {
  const TrustedAuthority authority;
  HttpServer server({reply_with("hello")},
                    make_server_certificate("127.0.0.1", &authority.certificate));
  CHECK(perform(post(server.url())).reply.text == "hello");
}

TEST_CASE("nothing is sent to a server that cannot prove who it is") {
  const TrustedAuthority authority;
  const Certificate stranger = make_authority();
  struct Case {
    std::string_view what;
    Certificate certificate;
    HttpServer::Tls version = HttpServer::Tls::newest;
  };
  const Case cases[] = {
      {"expired", make_server_certificate("localhost", &authority.certificate, true)},
      {"for another host", make_server_certificate("other.test", &authority.certificate)},
      {"signed by itself", make_server_certificate("localhost", nullptr)},
      {"signed by a stranger", make_server_certificate("localhost", &stranger)},
      {"good, but over TLS 1.1", make_server_certificate("localhost", &authority.certificate),
       HttpServer::Tls::too_old},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    HttpServer server({reply_with("hello")}, c.certificate, c.version);
    const auto outcome = perform(post(server.url("/?key=canary", "localhost")));
    CAPTURE(outcome.message());
    CHECK(outcome.kind() == Failure::Kind::tls);
    CHECK_THAT(outcome.message(), Catch::StartsWith("no secure connection to 'localhost:" +
                                                    std::to_string(server.port()) + "': "));
    CHECK(outcome.message().find("canary") == std::string::npos);
    CHECK_FALSE(outcome.failure->sent);
    CHECK(server.requests().empty());
  }
}

}  // namespace
}  // namespace llmctl::test
