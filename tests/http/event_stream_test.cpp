#include "http/event_stream.h"

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/event_stream.h"

namespace llmctl::http {
namespace {

using test::checksum;
using test::from_hex;
using test::raw_frame;
using test::text_header;
using test::u32;

// A stream of Amazon Bedrock's, and other frames, as its clients write and read them.
const std::string message_start = from_hex(
    "0000007f000000529bc598af0b3a6576656e742d7479706507000c6d65737361"
    "676553746172740d3a636f6e74656e742d747970650700106170706c69636174"
    "696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22"
    "726f6c65223a22617373697374616e74222c2270223a226162227d9f237632");
const std::string first_delta = from_hex(
    "000000a100000057dd6aad180b3a6576656e742d74797065070011636f6e7465"
    "6e74426c6f636b44656c74610d3a636f6e74656e742d74797065070010617070"
    "6c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576"
    "656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461"
    "223a7b2274657874223a22426f6e6a227d2c2270223a2261626364227dfb0011"
    "8a");
const std::string second_delta = from_hex(
    "00000099000000574c3b5e5f0b3a6576656e742d74797065070011636f6e7465"
    "6e74426c6f636b44656c74610d3a636f6e74656e742d74797065070010617070"
    "6c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576"
    "656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461"
    "223a7b2274657874223a226f757220e29895227d7dec262a82");
const std::string block_stop = from_hex(
    "0000007d00000056e6680fd60b3a6576656e742d74797065070010636f6e7465"
    "6e74426c6f636b53746f700d3a636f6e74656e742d747970650700106170706c"
    "69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070005657665"
    "6e747b22636f6e74656e74426c6f636b496e646578223a307db32e4d34");
const std::string message_stop = from_hex(
    "0000007a00000051ca2c46650b3a6576656e742d7479706507000b6d65737361"
    "676553746f700d3a636f6e74656e742d747970650700106170706c6963617469"
    "6f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b2273"
    "746f70526561736f6e223a22656e645f7475726e227d5fbf09fc");
const std::string metadata = from_hex(
    "000000b80000004ed4f1f02b0b3a6576656e742d747970650700086d65746164"
    "6174610d3a636f6e74656e742d747970650700106170706c69636174696f6e2f"
    "6a736f6e0d3a6d6573736167652d747970650700056576656e747b2275736167"
    "65223a7b22696e707574546f6b656e73223a31312c226f7574707574546f6b65"
    "6e73223a352c22746f74616c546f6b656e73223a31367d2c226d657472696373"
    "223a7b226c6174656e63794d73223a3431327d7d1401f1bf");
const std::string throttling = from_hex(
    "000000b0000000614f5086b30f3a657863657074696f6e2d7479706507001374"
    "68726f74746c696e67457863657074696f6e0d3a636f6e74656e742d74797065"
    "0700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970"
    "65070009657863657074696f6e7b226d657373616765223a22546f6f206d616e"
    "7920746f6b656e732c20706c656173652077616974206265666f726520747279"
    "696e6720616761696e2e227df70ae57f");
const std::string error = from_hex(
    "0000005800000048154692c10d3a6d6573736167652d74797065070005657272"
    "6f720b3a6572726f722d636f646507000d496e7465726e616c4572726f720e3a"
    "6572726f722d6d657373616765070004626f6f6d961cb456");
const std::string chunk = from_hex(
    "000000e60000004b23b8750e0b3a6576656e742d747970650700056368756e6b"
    "0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f"
    "6e0d3a6d6573736167652d747970650700056576656e747b226279746573223a"
    "2265794a306558426c496a6f695932397564475675644639696247396a613139"
    "6b5a57783059534973496d6c755a475634496a6f774c434a6b5a577830595349"
    "3665794a306558426c496a6f69644756346446396b5a57783059534973496e52"
    "6c654851694f694a4961534a3966513d3d222c2270223a226162636465666768"
    "227d8ec56ae9");
const std::string smallest = from_hex("000000100000000005c248eb7d98c8ff");
const std::string all_types = from_hex(
    "000000610000004f2713dd95017400016601016202ff017303fffe0169040001"
    "1170016c0500000100000000000179060003000102017a070003e282ac016408"
    "00000199c82cc07b017509000102030405060708090a0b0c0d0e0f7b7def51ce"
    "e0");
const std::string stream =
    message_start + first_delta + second_delta + block_stop + message_stop + metadata;

/// What a reader makes of bytes that arrive in these pieces.
struct Outcome {
  std::vector<std::string> frames;  ///< event type and payload
  std::optional<std::string> problem;
  bool is_whole = false;
};
Outcome read(const std::vector<std::string_view>& pieces) {
  EventStreamReader reader;
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    reader.feed(piece, [&](const Frame& frame) {
      outcome.frames.push_back(std::string(frame.text(":event-type")) + " " + frame.payload);
    });
  }
  outcome.problem = reader.problem();
  outcome.is_whole = reader.finish();
  return outcome;
}

Frame only_frame(const std::string& bytes) {
  EventStreamReader reader;
  std::vector<Frame> frames;
  reader.feed(bytes, [&](const Frame& frame) { frames.push_back(frame); });
  REQUIRE(reader.problem() == std::nullopt);
  REQUIRE(frames.size() == 1);
  REQUIRE(reader.finish());
  return frames.front();
}

const std::vector<std::string> expected_frames{
    R"(messageStart {"role":"assistant","p":"ab"})",
    R"(contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"Bonj"},"p":"abcd"})",
    "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"our \u2615\"}}",
    R"(contentBlockStop {"contentBlockIndex":0})",
    R"(messageStop {"stopReason":"end_turn"})",
    R"(metadata {"usage":{"inputTokens":11,"outputTokens":5,"totalTokens":16},"metrics":{"latencyMs":412}})",
};

TEST_CASE("frames come out whole, however their bytes are split") {
  REQUIRE(sha256_hex(stream) == "bef474ec10bca5931988a0cccd96ead7705952dab872dde65f873bd997727fff");
  const auto check = [](const std::vector<std::string_view>& pieces) {
    const Outcome outcome = read(pieces);
    CHECK(outcome.frames == expected_frames);
    CHECK_FALSE(outcome.problem);
    CHECK(outcome.is_whole);
  };
  check({stream});
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < stream.size(); ++i)
    bytes.push_back(std::string_view(stream).substr(i, 1));
  check(bytes);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    CAPTURE(cut);
    check({std::string_view(stream).substr(0, cut), std::string_view(stream).substr(cut)});
  }
}

TEST_CASE("a stream that ends inside of a frame is not whole, one between frames is") {
  std::size_t boundary = 0;
  for (const std::string& part :
       {message_start, first_delta, second_delta, block_stop, message_stop, metadata}) {
    CHECK(read({std::string_view(stream).substr(0, boundary)}).is_whole);
    for (std::size_t cut = boundary + 1; cut < boundary + part.size(); ++cut)
      CHECK_FALSE(read({std::string_view(stream).substr(0, cut)}).is_whole);
    boundary += part.size();
  }
}

TEST_CASE("a frame may have no headers, and no payload") {
  CHECK(only_frame(smallest).headers.empty());
  CHECK(only_frame(smallest).payload.empty());
  const Frame headers_only = only_frame(raw_frame(text_header("a", "b"), ""));
  CHECK(headers_only.text("a") == "b");
  CHECK(headers_only.payload.empty());
  CHECK(only_frame(raw_frame("", "x")).payload == "x");
}

TEST_CASE("headers of all ten types are read") {
  const Frame frame = only_frame(all_types);
  CHECK(frame.payload == "{}");
  const std::vector<std::pair<std::string, FrameHeader>> expected{
      {"t", true},
      {"f", false},
      {"b", std::int64_t{-1}},
      {"s", std::int64_t{-2}},
      {"i", std::int64_t{70000}},
      {"l", std::int64_t{1099511627776}},
      {"y", std::string("\0\1\2", 3)},
      {"z", std::string("\u20ac")},
      {"d", std::int64_t{1760000000123}},
      {"u", from_hex("000102030405060708090a0b0c0d0e0f")},
  };
  CHECK(frame.headers == expected);
  CHECK(frame.text("z") == "\u20ac");
  CHECK(frame.text("t") == "");
  CHECK(frame.text("nothing") == "");
}

TEST_CASE("exceptions, errors and chunks are frames like others") {
  const Frame exception = only_frame(throttling);
  CHECK(exception.text(":message-type") == "exception");
  CHECK(exception.text(":exception-type") == "throttlingException");
  CHECK(exception.payload == R"({"message":"Too many tokens, please wait before trying again."})");
  const Frame failure = only_frame(error);
  CHECK(failure.text(":message-type") == "error");
  CHECK(failure.text(":error-code") == "InternalError");
  CHECK(failure.text(":error-message") == "boom");
  CHECK(only_frame(chunk).text(":event-type") == "chunk");
}

/// A prelude whose checksum is right, whatever it says.
std::string prelude(std::uint32_t total, std::uint32_t headers) {
  const std::string lengths = u32(total) + u32(headers);
  return lengths + checksum(lengths);
}

TEST_CASE("bytes that are no frame are a problem, after which nothing is read") {
  struct Case {
    std::string name, bytes, problem;
  };
  std::string bad_prelude = chunk;
  bad_prelude[8] ^= 1;
  std::string bad_payload = chunk;
  bad_payload[chunk.size() - 5] ^= 1;
  std::string bad_sum = chunk;
  bad_sum.back() ^= 1;
  const std::string lengths = "the lengths of a frame contradict each other";
  const std::string header = "a header of a frame cannot be read";
  const Case cases[] = {
      {"checksum of the prelude", bad_prelude, "the checksum of a frame's lengths is wrong"},
      {"a changed byte", bad_payload, "the checksum of a frame is wrong"},
      {"checksum of the frame", bad_sum, "the checksum of a frame is wrong"},
      {"total of 15", prelude(15, 0), lengths},
      {"total of 0", prelude(0, 0), lengths},
      {"headers longer than the frame", prelude(100, 85), lengths},
      {"headers of 4 GiB", prelude(100, 0xffffffff), lengths},
      {"total of 2^31", prelude(0x80000000, 0), "a frame is too long"},
      {"headers of 128 KiB and a byte", prelude((128 << 10) + 17, (128 << 10) + 1),
       "a frame is too long"},
      {"payload of 24 MiB and a byte", prelude((24 << 20) + 17, 0), "a frame is too long"},
      {"type 10", raw_frame(std::string("\1a\x0a", 3), ""), header},
      {"no type", raw_frame("\1a", ""), header},
      {"no name", raw_frame(std::string("\0\0", 2), ""), header},
      {"name cut short", raw_frame("\5abc", ""), header},
      {"name that is not UTF-8", raw_frame(std::string("\1\xff\0", 3), ""), header},
      {"value cut short", raw_frame(text_header("a", "bc").substr(0, 6), ""), header},
      {"text that is not UTF-8", raw_frame(text_header("a", "\xff"), ""), header},
      {"number cut short", raw_frame(std::string("\1a\4\0\0\0", 6), ""), header},
      {"UUID cut short", raw_frame("\1a\x09" + std::string(15, 'u'), ""), header},
      {"the same header twice",
       raw_frame(text_header("a", "1") + text_header("b", "2") + text_header("a", "3"), ""),
       "a frame has a header twice"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string bytes = message_start + c.bytes + message_stop;
    for (const bool at_once : {true, false}) {
      std::vector<std::string_view> pieces;
      for (std::size_t i = 0; i < (at_once ? 1 : bytes.size()); ++i)
        pieces.push_back(at_once ? bytes : std::string_view(bytes).substr(i, 1));
      const Outcome outcome = read(pieces);
      CHECK(outcome.frames == std::vector{expected_frames.front()});
      CHECK(outcome.problem == c.problem);
      CHECK_FALSE(outcome.is_whole);
    }
  }
}

TEST_CASE("the longest headers and the longest payload are read") {
  std::string headers;
  for (int i = 0; i < 4; ++i)
    headers += text_header(std::string(1, static_cast<char>('a' + i)), std::string(32'763, 'x'));
  REQUIRE(headers.size() == 128 << 10);
  const Frame frame = only_frame(raw_frame(headers, std::string(24 << 20, 'p')));
  CHECK(frame.headers.size() == 4);
  CHECK(frame.payload.size() == 24 << 20);
}

}  // namespace
}  // namespace llmctl::http
