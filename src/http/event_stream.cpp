#include "http/event_stream.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace llmctl::http {
namespace {

constexpr std::size_t prelude_size = 12;  ///< two lengths and their checksum
constexpr std::size_t checksum_size = 4;
constexpr std::size_t least_frame = prelude_size + checksum_size;
constexpr std::size_t most_headers = std::size_t{128} << 10;
constexpr std::size_t most_payload = std::size_t{24} << 20;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320U : 0U);
    table[i] = value;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> crc_table = make_crc_table();

/// CRC-32 as in ISO 3309.
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t value = 0xffffffff;
  for (const char c : bytes)
    value = (value >> 8) ^ crc_table[(value ^ static_cast<unsigned char>(c)) & 0xff];
  return ~value;
}

/// A big-endian number.
std::uint64_t read_unsigned(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(read_unsigned(bytes.substr(at, 4)));
}

/// Takes a frame's headers apart; what is cut short is nothing.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }

  std::optional<std::pair<std::string, FrameHeader>> next() {
    const auto name = sized(1);
    if (!name || name->empty() || find_invalid_utf8(*name)) return std::nullopt;
    const auto type = take(1);
    if (!type) return std::nullopt;
    auto value = read_value(static_cast<unsigned char>(type->front()));
    if (!value) return std::nullopt;
    return std::pair{std::string(*name), *std::move(value)};
  }

 private:
  std::optional<std::string_view> take(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  /// Bytes after their number, which takes `width` bytes.
  std::optional<std::string_view> sized(std::size_t width) {
    const auto count = take(width);
    return count ? take(read_unsigned(*count)) : std::nullopt;
  }

  std::optional<FrameHeader> whole_number(std::size_t width) {
    const auto bytes = take(width);
    if (!bytes) return std::nullopt;
    const std::size_t unused = 64 - 8 * width;
    return static_cast<std::int64_t>(read_unsigned(*bytes) << unused) >> unused;
  }

  static std::optional<FrameHeader> string_of(std::optional<std::string_view> bytes) {
    return bytes ? std::optional<FrameHeader>(std::string(*bytes)) : std::nullopt;
  }

  std::optional<FrameHeader> read_value(unsigned char type) {
    switch (type) {
      case 0: return true;
      case 1: return false;
      case 2: return whole_number(1);
      case 3: return whole_number(2);
      case 4: return whole_number(4);
      case 5: return whole_number(8);
      case 6: return string_of(sized(2));
      case 7: {
        const auto text = sized(2);
        return text && find_invalid_utf8(*text) ? std::nullopt : string_of(text);
      }
      case 8: return whole_number(8);
      case 9: return string_of(take(16));
      default: return std::nullopt;
    }
  }

  std::string_view rest_;
};

}  // namespace

std::string_view Frame::text(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    const auto* text = std::get_if<std::string>(&value);
    if (key == name && text != nullptr) return *text;
  }
  return {};
}

void EventStreamReader::feed(std::string_view bytes, const Take& take) {
  if (problem_) return;
  // Whole frames that arrive in one piece are not copied.
  const bool is_joined = !buffer_.empty();
  if (is_joined) buffer_ += bytes;
  std::string_view rest = is_joined ? std::string_view(buffer_) : bytes;
  while (const auto length = frame_length(rest)) {
    if (rest.size() < *length) break;
    const auto frame = read_frame(rest.substr(0, *length));
    if (!frame) return;
    rest.remove_prefix(*length);
    take(*frame);
  }
  if (is_joined) {
    buffer_.erase(0, buffer_.size() - rest.size());
  } else {
    buffer_ = rest;
  }
}

std::optional<std::size_t> EventStreamReader::frame_length(std::string_view bytes) {
  if (bytes.size() < prelude_size) return std::nullopt;
  const std::size_t total = read_u32(bytes, 0);
  const std::size_t headers = read_u32(bytes, 4);
  if (crc32(bytes.substr(0, 8)) != read_u32(bytes, 8)) {
    problem_ = "the checksum of a frame's lengths is wrong";
  } else if (total < least_frame || headers > total - least_frame) {
    problem_ = "the lengths of a frame contradict each other";
  } else if (headers > most_headers || total - least_frame - headers > most_payload) {
    problem_ = "a frame is too long";
  }
  return problem_ ? std::nullopt : std::optional(total);
}

std::optional<Frame> EventStreamReader::read_frame(std::string_view bytes) {
  const std::size_t end = bytes.size() - checksum_size;
  if (crc32(bytes.substr(0, end)) != read_u32(bytes, end)) {
    problem_ = "the checksum of a frame is wrong";
    return std::nullopt;
  }
  Frame frame;
  const std::size_t headers = read_u32(bytes, 4);
  HeaderReader reader(bytes.substr(prelude_size, headers));
  while (!reader.at_end()) {
    auto header = reader.next();
    if (!header) {
      problem_ = "a header of a frame cannot be read";
      return std::nullopt;
    }
    frame.headers.push_back(*std::move(header));
  }
  std::vector<std::string_view> names;
  for (const auto& header : frame.headers) names.push_back(header.first);
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) {
    problem_ = "a frame has a header twice";
    return std::nullopt;
  }
  frame.payload = bytes.substr(prelude_size + headers, end - prelude_size - headers);
  return frame;
}

}  // namespace llmctl::http
