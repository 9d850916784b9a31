#include "http/head_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"

namespace llmctl::http {
namespace {

constexpr int switching_protocols = 101;

}  // namespace

std::optional<ReplyHead> HeadReader::feed(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > limit_)
    problem_ = fmt::format("the head of the reply is longer than {} bytes", limit_);
  if (problem_ || is_complete_) return std::nullopt;

  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (!is_begun_) {
    if (!line.empty()) read_status_line(line);
    return std::nullopt;
  }
  if (!line.empty()) {
    read_field(line);
    return std::nullopt;
  }
  is_begun_ = false;
  if (head_.status < 200) return std::nullopt;
  is_complete_ = true;
  return std::move(head_);
}

/// "HTTP/1.1 200 OK", "HTTP/2 200".
void HeadReader::read_status_line(std::string_view line) {
  const std::string_view code = line.substr(std::min(line.find(' '), line.size() - 1) + 1, 3);
  head_ = {};
  const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), head_.status);
  const bool is_status =
      error == std::errc{} && end == code.data() + 3 && code.size() == 3 && head_.status >= 100;
  is_begun_ = true;
  if (!line.starts_with("HTTP/") || !is_status) {
    problem_ = "the reply does not begin with a status line";
  } else if (head_.status == switching_protocols) {
    problem_ = "the server switches to another protocol, which nobody asked for";
  }
}

void HeadReader::read_field(std::string_view line) {
  const bool is_continued = line.front() == ' ' || line.front() == '\t';
  if (is_continued && !head_.headers.empty()) {  // RFC 9112, 5.2
    head_.headers.back().second += fmt::format(" {}", trim(line));
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    problem_ = "the head of the reply has a line without ':'";
    return;
  }
  head_.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

}  // namespace llmctl::http
