#include <algorithm>

#include "base/text.h"
#include "tests/providers/openai_replies.h"

namespace llmctl::providers::openai {
namespace {

using test::event_stream;
using test::every_byte_of;
using test::Reply;
using test::Shown;
using test::with_line_ends;

/// The same reply whole, byte by byte, and cut in two at every place; with other line ends.
void check_in_all_splits(const Reply& reply, const std::string& expected) {
  for (const std::string_view end : {"\n", "\r\n", "\r"}) {
    Reply spelt = reply;
    spelt.body = with_line_ends(reply.body, end);
    CAPTURE(end);
    for (std::size_t cut = 0; cut <= spelt.body.size(); ++cut) {
      Shown shown;
      const ProviderResult result = read(spelt, {cut}, &shown);
      CAPTURE(cut);
      REQUIRE(describe(result) == expected);
      REQUIRE(shown.whole == result.content);
    }
    Shown shown;
    CHECK(describe(read(spelt, every_byte_of(spelt.body), &shown)) == expected);
    CHECK(std::ranges::none_of(shown.pieces, [](const std::string& piece) {
      return piece.empty() || find_invalid_utf8(piece).has_value();
    }));
  }
}

const std::string plain =
    R"json({"id":"chatcmpl-T0001","object":"chat.completion","created":1760000000,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Oslo","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":22,"completion_tokens":1,"total_tokens":23,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_0a1b2c3d4e"})json";

const std::string text_stream =
    R"events(data: {"id":"chatcmpl-T0002","object":"chat.completion.chunk","created":1760000001,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"q7"}

: keep-alive

data: {"id":"chatcmpl-T0002","object":"chat.completion.chunk","created":1760000001,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"content":"Tromsø"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"Zk1"}

data: {"id":"chatcmpl-T0002","object":"chat.completion.chunk","created":1760000001,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"content":" ❄️ ja"},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-T0002","object":"chat.completion.chunk","created":1760000001,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

data: {"id":"chatcmpl-T0002","object":"chat.completion.chunk","created":1760000001,"model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":22,"completion_tokens":7,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":16},"completion_tokens_details":{"reasoning_tokens":0}}}

data: [DONE]

)events";

const std::string call_stream =
    R"events(data: {"id":"chatcmpl-T0003","object":"chat.completion.chunk","created":1760000002,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a1","type":"function","function":{"name":"get_weather","arguments":""}}]},"finish_reason":null}]}

data: {"id":"chatcmpl-T0003","object":"chat.completion.chunk","created":1760000002,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]},"finish_reason":null}]}

data: {"id":"chatcmpl-T0003","object":"chat.completion.chunk","created":1760000002,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b2","type":"function","function":{"name":"get_time","arguments":"{}"}}]},"finish_reason":null}]}

data: {"id":"chatcmpl-T0003","object":"chat.completion.chunk","created":1760000002,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Oslo\"}"}}]},"finish_reason":null}]}

data: {"id":"chatcmpl-T0003","object":"chat.completion.chunk","created":1760000002,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

data: [DONE]

)events";

const std::string broken_stream =
    R"events(data: {"id":"chatcmpl-T0006","object":"chat.completion.chunk","created":1760000003,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Par"},"finish_reason":null}]}

data: {"error":{"message":"The server had an error processing the request.","type":"server_error","param":null,"code":null}}

)events";

TEST_CASE("a plain answer has its text, usage, model and request id") {
  Reply reply{200, {{"Content-Type", "application/json"}, {"X-Request-Id", "req_1"}}, plain};
  const std::string expected = "0 'Oslo' stop gpt-4o-mini-2024-07-18 22/1/0/?/0 ";
  const ProviderResult result = read(reply);
  CHECK(describe(result) == expected);
  CHECK(result.request_id == "req_1");
  for (std::size_t cut = 0; cut <= plain.size(); ++cut)
    REQUIRE(describe(read(reply, {cut})) == expected);
  CHECK(describe(read(reply, every_byte_of(plain))) == expected);
}

TEST_CASE("a streamed answer is the same in every split and with every line end") {
  REQUIRE(text_stream.size() == 1264);
  check_in_all_splits(event_stream(text_stream),
                      "0 'Tromsø ❄️ ja' stop gpt-4o-mini-2024-07-18 22/7/16/?/0 ");
}

TEST_CASE("a stream is shown piece by piece") {
  Shown shown;
  read(event_stream(text_stream), {}, &shown);
  CHECK(shown.pieces == std::vector<std::string>{"Tromsø", " ❄️ ja"});
}

TEST_CASE("parallel tool calls are put together from their fragments") {
  REQUIRE(call_stream.size() == 1163);
  check_in_all_splits(
      event_stream(call_stream),
      "0 '' tool_calls m ?/?/?/?/? call_a1 get_weather {\"city\":\"Oslo\"}\ncall_b2 get_time {}\n");
}

TEST_CASE("an error within a stream fails it and keeps the text so far") {
  REQUIRE(broken_stream.size() == 313);
  check_in_all_splits(event_stream(broken_stream),
                      "2 'Par'  m ?/?/?/?/? server (again): The server had an error processing the "
                      "request. (server_error)");
}

TEST_CASE("a stream that is cut off anywhere is no answer before its finish reason") {
  const std::size_t reason = text_stream.find("\n", text_stream.find("\"stop\""));
  for (std::size_t length = 0; length < text_stream.size(); ++length) {
    const ProviderResult result = read(event_stream(text_stream.substr(0, length)));
    CAPTURE(length);
    if (length < reason) {
      CHECK(failure_of(result) == "network (again)");
      CHECK(std::string("Tromsø ❄️ ja").starts_with(result.content));
    } else {
      CHECK(failure_of(result) == "");
      CHECK(result.content == "Tromsø ❄️ ja");
    }
  }
}

TEST_CASE("the end of a stream") {
  const std::string hi = delta(R"("content":"hi")");
  CHECK(failure_of(read(event_stream(hi))) == "network (again)");
  CHECK(failure_of(read(event_stream(""))) == "network (again)");
  CHECK(failure_of(read(event_stream(": keep-alive\n\n"))) == "network (again)");
  CHECK(failure_of(read(event_stream(hi + finished))) == "");
  CHECK(failure_of(read(event_stream(hi + done))) == "");
  CHECK(failure_of(read(event_stream(hi + "data: [DONE]"))) == "");
  CHECK(failure_of(read(event_stream(hi + "data: [DONE] bye\n\n"))) == "");
  CHECK(failure_of(read(event_stream(done))) == "malformed");
  CHECK(read(event_stream(hi + finished + done + hi)).content == "hi");
  CHECK(failure_of(read(event_stream(hi + finished + done + "data: {\n\n"))) == "");
  CHECK(failure_of(read(
            event_stream(hi + finished + done + "data: " + std::string(17 << 20, 'x')))) == "");
  CHECK(failure_of(read(event_stream(hi + "data: " + std::string(17 << 20, 'x')))) == "malformed");
}

TEST_CASE("text is a message's content, or its refusal") {
  struct Case {
    std::string message;
    std::string text;
    std::string finish_reason;
  };
  const Case cases[] = {
      {R"({"content":"hi"})", "hi", "stop"},
      {R"({"content":""})", "", "stop"},
      {R"({"content":null})", "", "stop"},
      {R"({})", "", "stop"},
      {R"({"content":null,"refusal":"I will not."})", "I will not.", "refusal"},
      {R"({"refusal":"I will not."})", "I will not.", "refusal"},
      {R"({"content":"hi","refusal":null})", "hi", "stop"},
      {R"({"content":"hi","refusal":"I will not."})", "hi", "stop"},
      {R"({"content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]})",
       "ab", "stop"},
      {R"({"content":"hi","reasoning_content":"hm","annotations":[],"audio":null})", "hi", "stop"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    const ProviderResult whole = read({200, {}, completion(c.message)});
    CHECK(whole.status == Status::completed);
    CHECK(whole.content == c.text);
    CHECK(whole.finish_reason == c.finish_reason);
    Shown shown;
    const std::string members = c.message.substr(1, c.message.size() - 2);
    const ProviderResult streamed =
        read(event_stream(delta(members) + finished + done), {}, &shown);
    CHECK(describe(streamed) == describe(whole));
    CHECK(shown.whole == c.text);
  }
}

TEST_CASE("a refusal may come in pieces") {
  const ProviderResult result = read(event_stream(delta(R"("content":null,"refusal":"I will")") +
                                                  delta(R"("refusal":" not.")") + finished));
  CHECK(result.content == "I will not.");
  CHECK(result.finish_reason == "refusal");
}

TEST_CASE("finish reasons are kept as the server spells them") {
  for (const std::string reason :
       {"stop", "length", "tool_calls", "eos", "error", "function_call"}) {
    CAPTURE(reason);
    const ProviderResult result =
        read({200,
              {},
              R"({"choices":[{"message":{"content":"hi"},"finish_reason":")" + reason + "\"}]}"});
    CHECK(result.status == Status::completed);
    CHECK(result.finish_reason == reason);
  }
  for (const std::string reason : {"null", "\"\""}) {
    const ProviderResult result = read(
        {200, {}, R"({"choices":[{"message":{"content":"hi"},"finish_reason":)" + reason + "}]}"});
    CHECK(result.status == Status::completed);
    CHECK(result.finish_reason == "");
  }
}

TEST_CASE("choices are found by their index, wherever they stand") {
  CHECK(
      read(
          {200,
           {},
           R"({"choices":[{"index":1,"message":{"content":"b"}},{"index":0,"message":{"content":"a"}}]})"})
          .content == "a");
  CHECK(read(event_stream(event(R"({"choices":[]})") + delta(R"("content":"a")") +
                          event(R"({"choices":[{"index":1,"delta":{"content":"b"}}]})") + finished +
                          event(R"({"choices":[],"usage":null})") + done))
            .content == "a");
  CHECK(failure_of(read({200, {}, R"({"choices":[]})"})) == "malformed");
  CHECK(failure_of(read({200, {}, R"({"id":"x"})"})) == "malformed");
  CHECK(failure_of(read({200, {}, R"({"choices":[{"index":1,"message":{"content":"b"}}]})"})) ==
        "malformed");
}

TEST_CASE("fragments of tool calls are merged as the servers mean them") {
  const auto call = [](const std::string& members) {
    return R"("tool_calls":[{)" + members + "}]";
  };
  struct Case {
    std::string what;
    std::vector<std::string> deltas;
    std::string calls;
  };
  const Case cases[] = {
      {"a whole call in one chunk",
       {call(R"("index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{}"})")},
       "a f {}\n"},
      {"interleaved",
       {call(R"("index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""})"),
        call(R"("index":1,"id":"b","function":{"name":"g","arguments":"{\"y\""})"),
        call(R"("index":0,"function":{"arguments":":1}"})"),
        call(R"("index":1,"function":{"arguments":":2}"})")},
       "a f {\"x\":1}\nb g {\"y\":2}\n"},
      {"id and name in every fragment",
       {call(R"("index":0,"id":"a","function":{"name":"f","arguments":"{"})"),
        call(R"("index":0,"id":"a","function":{"name":"f","arguments":"}"})")},
       "a f {}\n"},
      {"a name in fragments",
       {call(R"("index":0,"id":"a","function":{"name":"get_","arguments":""})"),
        call(R"("index":0,"id":null,"function":{"name":"time","arguments":null})")},
       "a get_time {}\n"},
      {"no index: the place in the list",
       {R"("tool_calls":[{"id":"a","function":{"name":"f"}},{"id":"b","function":{"name":"g"}}])",
        call(R"("function":{"arguments":"[1]"})")},
       "a f [1]\nb g {}\n"},
      {"every call numbered 0",
       {call(R"("index":0,"id":"a","function":{"name":"f","arguments":"{}"})"),
        call(R"("index":0,"id":"b","function":{"name":"f","arguments":"[]"})")},
       "a f {}\nb f []\n"},
      {"arguments as an object",
       {call(R"("index":0,"id":"a","function":{"name":"f","arguments":{"x":1}})")},
       "a f {\"x\":1}\n"},
      {"arguments that are no JSON stay as they are, in a string",
       {call(R"("index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"})")},
       "a f \"{\\\"x\\\":\"\n"},
      {"no id", {call(R"("index":0,"function":{"name":"f"})")}, "call_0 f {}\n"},
      {"null", {R"("content":"hi","tool_calls":null)"}, ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    std::string stream;
    for (const std::string& members : c.deltas) stream += delta(members);
    const ProviderResult result = read(event_stream(stream + delta("", R"("tool_calls")") + done));
    CHECK(result.status == Status::completed);
    CHECK(calls_of(result) == c.calls);
    if (c.deltas.size() == 1)
      CHECK(calls_of(read({200, {}, completion("{" + c.deltas[0] + "}")})) == c.calls);
  }
}

TEST_CASE("a flood of tool calls is malformed") {
  std::string calls;
  for (int i = 0; i < 1001; ++i) calls += (i > 0 ? "," : "") + fmt::format("{{\"index\":{}}}", i);
  CHECK(failure_of(read({200, {}, completion(R"({"tool_calls":[)" + calls + "]}")})) ==
        "malformed");
}

TEST_CASE("usage that is not told is unknown, and the last one told counts") {
  const std::string one = R"("usage":{"prompt_tokens":1,"completion_tokens":1})";
  const std::string two =
      R"("usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"prompt_tokens_details":null,"completion_tokens_details":null})";
  const std::string all =
      R"("usage":{"prompt_tokens":9,"completion_tokens":8,"prompt_tokens_details":{"cached_tokens":10,"cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":7}})";
  const std::string odd =
      R"("usage":{"prompt_tokens":-1,"completion_tokens":"2","prompt_tokens_details":{"cached_tokens":1.5},"completion_tokens_details":[1]})";
  const auto usage_in = [](const std::string& rest) {
    return usage_of(read({200, {}, completion(R"({"content":"hi"})", rest)}));
  };
  CHECK(usage_in("") == "?/?/?/?/?");
  CHECK(usage_in(R"(,"usage":null)") == "?/?/?/?/?");
  CHECK(usage_in(R"(,"usage":{})") == "?/?/?/?/?");
  CHECK(usage_in(R"(,"usage":[1])") == "?/?/?/?/?");
  CHECK(usage_in("," + two) == "5/2/?/?/?");
  CHECK(usage_in("," + all) == "9/8/10/3/7");
  CHECK(usage_in("," + odd) == "?/?/?/?/?");
  CHECK(usage_in(R"(,"usage":{"prompt_tokens":12345678901234,"completion_tokens":3.0})") ==
        "12345678901234/3/?/?/?");

  const auto chunk = [](const std::string& usage) {
    return event(R"({"choices":[{"index":0,"delta":{"content":"a"}}],)" + usage + "}");
  };
  CHECK(usage_of(read(event_stream(chunk(one) + chunk(two) + chunk(R"("usage":null)") + done))) ==
        "5/2/?/?/?");
  CHECK(usage_of(read(event_stream(chunk(all)))) == "9/8/10/3/7");
}

TEST_CASE("a stream is read whatever else is in it") {
  const std::string text =
      "\xef\xbb\xbf: OPENROUTER PROCESSING\n\nid: 1\nretry: 500\nfoo: bar\n"
      "event: message\ndata:" +
      delta(R"("role":"assistant","content":"a")").substr(5) +
      "data: {\"choices\":[{\"index\":0,\ndata: \"delta\":{\"role\":\"assistant\","
      "\"content\":\"b\u2028c\"}}]}\n\n" +
      finished + ": bye\n\n" + done;
  check_in_all_splits(event_stream(text), "0 'ab\u2028c' stop  ?/?/?/?/? ");
}

TEST_CASE("characters that a server cut in two cost a character, not the answer") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(read(event_stream(delta(R"("content":"a\ud83d")") + delta(R"("content":"\ude00 b")") +
                          finished))
            .content == "a" + bad + bad + " b");
  CHECK(read(event_stream(delta(R"("content":"\\ud83d \ud83d\ude00 \uD83D\n")") + finished))
            .content == "\\ud83d \xf0\x9f\x98\x80 " + bad + "\n");
  CHECK(read({200, {}, completion("{\"content\":\"a\xf0\x9f\"}")}).content == "a" + bad + bad);
}

TEST_CASE("a reply that is no answer is malformed") {
  const std::string page = "<!DOCTYPE html><html><body>Please log in</body></html>";
  for (const std::string& body :
       {std::string(), std::string(" \n"), page, plain.substr(0, plain.size() - 1),
        plain.substr(0, 100), std::string("null"), std::string("3"), std::string("[]"),
        std::string("{}"), std::string(R"({"choices":3})"), std::string(R"({"choices":[3]})"),
        std::string(R"({"choices":[{"message":3}]})"), completion(R"({"content":3})"),
        completion(R"({"content":{"text":"a"}})"), completion(R"({"refusal":true})"),
        completion(R"({"tool_calls":{}})"), std::string(100'000, '['),
        std::string(R"({"a":1e999})")}) {
    CAPTURE(body.substr(0, 200));
    const ProviderResult result = read({200, {{"Content-Type", "text/html"}}, body});
    CHECK(failure_of(result) == "malformed");
    CHECK(result.error->http_status == 200);
  }
  CHECK(failure_of(read(event_stream(delta(R"("content":"a")") + "data: {\n\n" + finished +
                                     done))) == "malformed");
  CHECK(failure_of(read(event_stream(delta(R"("content":3)") + finished + done))) == "malformed");
}

TEST_CASE("a reply of odd content type is read by what it says it is") {
  CHECK(read({200, {{"content-type", "TEXT/EVENT-STREAM"}}, text_stream}).content ==
        "Tromsø ❄️ ja");
  CHECK(read({200, {}, plain}).content == "Oslo");
  CHECK(failure_of(read({200, {{"Content-Type", "application/json"}}, text_stream})) ==
        "malformed");
  CHECK(failure_of(read({500,
                         {{"Content-Type", "text/event-stream"}},
                         R"({"error":{"message":"no","type":"server_error"}})"})) ==
        "server (again)");
}

TEST_CASE("an answer that the content filter withheld is a failure, a part of one is an answer") {
  const auto reason = R"("content_filter")";
  CHECK(failure_of(read(event_stream(delta("", reason) + done))) == "content_filter");
  const ProviderResult part =
      read(event_stream(delta(R"("content":"a")") + delta("", reason) + done));
  CHECK(part.status == Status::completed);
  CHECK(part.content == "a");
  CHECK(part.finish_reason == "content_filter");
}

TEST_CASE("an exchange that fails keeps what is known") {
  ProviderError timeout;
  timeout.kind = ProviderErrorKind::timeout;
  timeout.retryable = true;
  timeout.message = "no byte for 60 s";

  const auto before = reader();
  const ProviderResult nothing = before->fail(timeout);
  CHECK(nothing.status == Status::failed);
  CHECK(nothing.error->kind == ProviderErrorKind::timeout);
  CHECK_FALSE(nothing.error->http_status);

  const auto within = reader();
  within->begin({200, {{"Content-Type", "text/event-stream"}, {"x-request-id", "req_7"}}});
  within->feed(text_stream.substr(0, text_stream.find(": keep-alive")), nullptr);
  within->feed(delta(R"("content":"Par")"), nullptr);
  const ProviderResult part = within->fail(timeout);
  CHECK(describe(part) ==
        "2 'Par'  gpt-4o-mini-2024-07-18 ?/?/?/?/? timeout (again): no byte for 60 s");
  CHECK(part.request_id == "req_7");
  CHECK(part.error->http_status == 200);
}

}  // namespace
}  // namespace llmctl::providers::openai
