#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Writes application/vnd.amazon.eventstream, as a server does.
namespace llmctl::test {

inline std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

inline std::string to_base64(std::string_view bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j > bytes.size() ? '=' : alphabet[bits >> (18 - 6 * j) & 63];
  }
  return text;
}

/// Big-endian.
inline std::string u32(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// Bit by bit: nothing of the program's own.
inline std::string checksum(std::string_view bytes) {
  std::uint32_t value = 0xffffffff;
  for (const char c : bytes) {
    value ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (0xedb88320U & (0U - (value & 1)));
  }
  return u32(~value);
}

/// With these bytes as headers.
inline std::string raw_frame(std::string_view headers, std::string_view payload) {
  std::string frame = u32(static_cast<std::uint32_t>(16 + headers.size() + payload.size())) +
                      u32(static_cast<std::uint32_t>(headers.size()));
  frame += checksum(frame);
  frame += headers;
  frame += payload;
  return frame + checksum(frame);
}

/// A header of text.
inline std::string text_header(std::string_view name, std::string_view value) {
  if (name.size() > 0xff || value.size() > 0xffff) throw std::logic_error("header too long");
  std::string header(1, static_cast<char>(name.size()));
  header += name;
  header += '\7';
  header += u32(static_cast<std::uint32_t>(value.size())).substr(2);
  return header.append(value);
}

inline std::string frame(const std::vector<std::pair<std::string, std::string>>& headers,
                         std::string_view payload) {
  std::string bytes;
  for (const auto& [name, value] : headers) bytes += text_header(name, value);
  return raw_frame(bytes, payload);
}

inline std::string event_frame(const std::string& type, std::string_view payload) {
  return frame(
      {{":event-type", type}, {":content-type", "application/json"}, {":message-type", "event"}},
      payload);
}

inline std::string exception_frame(const std::string& type, std::string_view payload) {
  return frame({{":exception-type", type},
                {":content-type", "application/json"},
                {":message-type", "exception"}},
               payload);
}

}  // namespace llmctl::test
