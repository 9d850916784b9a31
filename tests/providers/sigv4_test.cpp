#include "providers/sigv4.h"

#include <catch2/catch.hpp>
#include <set>

#include "base/hmac.h"
#include "base/sha256.h"

namespace llmctl::providers {
namespace {

const std::string secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const std::string aws_host = "https://bedrock-runtime.us-east-1.amazonaws.com";
const std::string messages_body =
    R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":16,"messages":[{"role":"user","content":"hi"}]})";
const std::string converse_body = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})";
const std::string invoke_path = "/model/us.anthropic.claude-3-5-sonnet-20241022-v2%3A0/invoke";
const std::string profile_path =
    "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2F"
    "us.anthropic.claude-3-7-sonnet-20250219-v1%3A0/converse-stream";
const std::string local_path = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse";
const std::string session_token = "TOKEN//a+b==";

/// What a signature depends on, as the vectors have it.
struct Input {
  std::string url = aws_host + invoke_path;
  std::string body = messages_body;
  std::string token = {};
  std::string key = secret;
  std::string region = "us-east-1";
  std::string service = "bedrock";
  std::string time = "2025-01-02T03:04:05Z";
  std::string method = "POST";
  http::Headers headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
};

http::Request signed_request(const Input& input) {
  config::AwsKeys keys{"AKIDEXAMPLE", Secret(input.key), Secret(input.token)};
  return sign({input.method, input.url, input.headers, input.body}, keys,
              {input.region, input.service, parse_rfc3339(input.time).value()});
}

std::string authorization(const http::Request& request) {
  return std::string(http::find_header(request.headers, "Authorization").value());
}

std::string signature(const Input& input) {
  const std::string value = authorization(signed_request(input));
  return value.substr(value.find("Signature=") + 10);
}

/// What was signed, from a request that has been.
std::string canonical_text(http::Request request) {
  std::erase_if(request.headers,
                [](const auto& header) { return header.first == "Authorization"; });
  return canonical_request(request);
}

TEST_CASE("known requests get their known signatures") {
  struct Vector {
    std::string name;
    Input input;
    std::string canonical_hash;
    std::string signature;
  };
  Input local;
  local.url = "http://127.0.0.1:18084" + local_path;
  local.body = converse_body;
  Input prefixed = local;
  prefixed.url = "http://127.0.0.1:18084/prefix" + local_path;
  const Vector vectors[] = {
      {"V1",
       {},
       "a0abe2e76da929f5972240b655d77521a04f2d7b92a58d943bda414f2d0fab7e",
       "701a0bed64108003dcae9e44b6a39b4f68ab5e8ea1a880335635acf48637ee97"},
      {"V2",
       {.token = session_token},
       "2eaffb3ce9f664af1352066b9a8b50749356987a8a06421008b3449e397260f0",
       "882d844f575d86b29a153ef5b40d1d9742228e6bdcd7a7ae0e0e15d459c9d6bf"},
      {"V3",
       {.url = aws_host + profile_path},
       "9253939b8bfa43ef2c73c78827042a839a6cdf1d9571eb988ea4a6f54d847144",
       "5cc160bcd60ed19edc71ae037325450980377bec72991327d91544baa71b9ca7"},
      {"V4",
       {.url = aws_host + profile_path, .token = session_token},
       "c8dc2a6c7befd292d96ae4adcfcd31be24bd8bc201348f4a4813c8077b815822",
       "a91fb54672ab9592bc3ea73ae17923ca6657d75e99540eb74af63995456585d5"},
      {"V5", local, "406346638531a0cce898205cbb995e88236d8bdfcca56fb6b3c21136aabe9583",
       "876bd37b6d82aeb762341f09dc3e46289b3cb2f80d8dd51d95a8c00b84cb0d2d"},
      {"V6", prefixed, "", "4803943a8df36c0bfb65b8674e542744ff02bdaaa82838bfe5036b54018e6699"},
  };
  for (const Vector& vector : vectors) {
    CAPTURE(vector.name);
    if (!vector.canonical_hash.empty())
      CHECK(sha256_hex(canonical_text(signed_request(vector.input))) == vector.canonical_hash);
    CHECK(signature(vector.input) == vector.signature);
  }
}

TEST_CASE("the signed request is that of the sample") {
  const http::Request request = signed_request({});
  CHECK(request.headers.size() == 4);
  CHECK(http::find_header(request.headers, "x-amz-date") == "20250102T030405Z");
  CHECK(authorization(request) ==
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250102/us-east-1/bedrock/aws4_request, "
        "SignedHeaders=accept;content-type;host;x-amz-date, "
        "Signature=701a0bed64108003dcae9e44b6a39b4f68ab5e8ea1a880335635acf48637ee97");
  CHECK(canonical_text(request) ==
        "POST\n"
        "/model/us.anthropic.claude-3-5-sonnet-20241022-v2%253A0/invoke\n"
        "\n"
        "accept:application/json\n"
        "content-type:application/json\n"
        "host:bedrock-runtime.us-east-1.amazonaws.com\n"
        "x-amz-date:20250102T030405Z\n"
        "\n"
        "accept;content-type;host;x-amz-date\n"
        "616eb59224eb795b641b4c541ad9ee8b939a1e8798f73b54fce66bb79ddbb992");
}

TEST_CASE("each link of the key's chain is the known one") {
  std::string key = hmac_sha256("AWS4" + secret, "20250102");
  CHECK(to_hex(key) == "6b6db2de4be466e1176e3a70d6f0dd52cf9b57d389aaa330c2b2f37831472b30");
  key = hmac_sha256(key, "us-east-1");
  CHECK(to_hex(key) == "48fe0f0ac004a474eb73d0e78ef7e0c848c02bc03c0cd8dcd5cbd336014f96c7");
  key = hmac_sha256(key, "bedrock");
  CHECK(to_hex(key) == "46341447c74b65eaf6a8b3fb6c7d6e9a361115d3909a829d2e503ac4e6e71bd6");
  CHECK(to_hex(signing_key(secret, "20250102", "us-east-1", "bedrock").reveal()) ==
        "e21c623e4635aedbfb69d823d2707c3757772dc1c9e96594ba340ac8e635ce57");
}

TEST_CASE("a signature depends on everything that is signed") {
  Input other_header;
  other_header.headers.emplace_back("X-More", "1");
  const Input inputs[] = {
      {},
      {.url = aws_host + profile_path},
      {.url = "https://bedrock-runtime.us-east-2.amazonaws.com" + invoke_path},
      {.url = aws_host + ":8443" + invoke_path},
      {.url = aws_host + invoke_path + "?x=1"},
      {.body = messages_body + " "},
      {.token = session_token},
      {.key = secret + "x"},
      {.region = "us-east-2"},
      {.service = "bedrock-mantle"},
      {.time = "2025-01-02T03:04:06Z"},
      {.time = "2025-01-03T03:04:05Z"},
      {.method = "PUT"},
      other_header,
  };
  std::set<std::string> signatures;
  for (const Input& input : inputs) signatures.insert(signature(input));
  CHECK(signatures.size() == std::size(inputs));
}

TEST_CASE("a session token is sent and signed, an empty one is neither") {
  const http::Request with = signed_request({.token = session_token});
  CHECK(http::find_header(with.headers, "x-amz-security-token") == session_token);
  CHECK_THAT(authorization(with), Catch::Contains(";x-amz-date;x-amz-security-token,"));
  const http::Request without = signed_request({});
  CHECK_FALSE(http::find_header(without.headers, "x-amz-security-token"));
  CHECK_THAT(authorization(without), !Catch::Contains("security-token"));
}

TEST_CASE("the signed host has its port where that is not the scheme's own") {
  struct Case {
    std::string origin, host;
  };
  const Case cases[] = {
      {"https://a.example", "a.example"},           {"https://a.example:443", "a.example"},
      {"https://A.Example:8443", "a.example:8443"}, {"http://127.0.0.1:80", "127.0.0.1"},
      {"http://[::1]:8080", "[::1]:8080"},          {"http://127.0.0.1:443", "127.0.0.1:443"}};
  for (const Case& c : cases) {
    CAPTURE(c.origin);
    CHECK_THAT(canonical_request({"POST", c.origin + "/", {}, ""}),
               Catch::Contains("\nhost:" + c.host + "\n"));
  }
}

/// The part of a canonical request between method and headers.
std::string path_and_query(const std::string& path) {
  const std::string text = canonical_request({"GET", "https://h" + path, {}, ""});
  return text.substr(4, text.find("\nhost:") - 4);
}

TEST_CASE("paths and queries have one spelling") {
  struct Case {
    std::string path, canonical;
  };
  const Case cases[] = {
      {"", "/\n"},
      {"/", "/\n"},
      {"/a/", "/a/\n"},
      {"//a///b", "/a/b\n"},
      {"/a/./b/../c", "/a/c\n"},
      {"/../..", "/\n"},
      {"/a/b/..", "/a/\n"},
      {"/a:b", "/a%3Ab\n"},
      {"/a%3Ab", "/a%253Ab\n"},
      {"/?b=2&a=1", "/\na=1&b=2"},
      {"/?a=2&a=1&a", "/\na=&a=1&a=2"},
      {"/?a%20b=%2f&x=y=z", "/\na%20b=%2F&x=y%3Dz"},
      {"/?%zz=%4", "/\n%25zz=%254"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.path);
    CHECK(path_and_query(c.path) == c.canonical);
  }
}

TEST_CASE("headers are sorted, repeated ones joined, blanks collapsed") {
  const std::string text = canonical_request({"GET",
                                              "https://h/",
                                              {{"x-amzn-a-b", "3"},
                                               {"X-Amzn-A", "  two   words "},
                                               {"x-rep", "2"},
                                               {"X-Rep", "1"},
                                               {"x-none", ""}},
                                              ""});
  CHECK_THAT(text, Catch::Contains("\nhost:h\nx-amzn-a:two words\nx-amzn-a-b:3\nx-none:\n"
                                   "x-rep:2,1\n\nhost;x-amzn-a;x-amzn-a-b;x-none;x-rep\n"));
}

}  // namespace
}  // namespace llmctl::providers
