#include "http/server_sent_events.h"

#include <charconv>
#include <utility>

namespace llmctl::http {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::optional<Duration> parse_milliseconds(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr std::int64_t most = 86'400'000;  // a day
  if (problem != std::errc{} || end != text.data() + text.size() || number < 0 || number > most)
    return std::nullopt;
  return std::chrono::milliseconds(number);
}

}  // namespace

void ServerSentEvents::feed(std::string_view bytes, const Handler& handler) {
  while (!bytes.empty() && !is_too_long_) {
    if (std::exchange(follows_carriage_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    if (!fits(part.size())) return;
    if (end == std::string_view::npos) {
      line_ += part;
      return;
    }
    follows_carriage_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      end_line(part, handler);
    } else {
      line_ += part;
      end_line(std::exchange(line_, {}), handler);
    }
  }
}

void ServerSentEvents::finish(const Handler& handler) {
  if (is_too_long_) return;
  if (!line_.empty()) end_line(std::exchange(line_, {}), handler);
  event_.is_whole = false;
  dispatch(handler);
}

bool ServerSentEvents::fits(std::size_t more) {
  is_too_long_ = line_.size() + event_.data.size() + more > longest_event;
  return !is_too_long_;
}

void ServerSentEvents::end_line(std::string_view line, const Handler& handler) {
  if (std::exchange(is_first_line_, false) && line.starts_with(byte_order_mark))
    line.remove_prefix(byte_order_mark.size());
  if (line.empty()) return dispatch(handler);
  const std::size_t colon = line.find(':');
  if (colon == 0) return;  // a comment
  std::string_view value;
  if (colon != std::string_view::npos) value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value, handler);
}

void ServerSentEvents::take_field(std::string_view name, std::string_view value,
                                  const Handler& handler) {
  if (name == "data") {
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
  } else if (name == "event") {
    event_.name = value;
  } else if (name == "id") {
    if (value.find('\0') != std::string_view::npos) return;
    event_.id = value;
  } else if (name == "retry") {
    const auto retry = parse_milliseconds(value);
    if (!retry) return;
    event_.retry = retry;
  } else {
    if (name == "error" && value.starts_with('{'))
      handler({"error", std::string(value), event_.id, {}, true});
    return;
  }
  has_field_ = true;
}

void ServerSentEvents::dispatch(const Handler& handler) {
  if (std::exchange(has_field_, false)) handler(event_);
  has_data_ = false;
  event_.name.clear();
  event_.data.clear();
  event_.retry.reset();
}

}  // namespace llmctl::http
