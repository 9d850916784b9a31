#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace llmctl::http {

/// One event of a stream (WHATWG HTML, 9.2). Empty where the stream says nothing.
struct ServerSentEvent {
  std::string name;
  std::string data;  ///< several lines are joined by line feeds
  std::string id;    ///< holds for all later events too
  std::optional<Duration> retry;
  bool is_whole = true;  ///< false: the stream ended before the event's empty line
};

/// Cuts the bytes of a text/event-stream into events. A field named "error" whose value is a JSON
/// object, as servers of llama.cpp once sent it, is an event of that name.
class ServerSentEvents {
 public:
  using Handler = std::function<void(const ServerSentEvent&)>;
  static constexpr std::size_t longest_event = std::size_t{16} << 20;  ///< bytes

  /// Takes any split of the bytes, and calls the handler for each event as soon as its empty line
  /// has begun.
  void feed(std::string_view bytes, const Handler& handler);
  /// The stream is over. Hands over an event that has begun; without this call it is dropped.
  void finish(const Handler& handler);
  /// An event was longer than `longest_event`; it and all that follows are ignored.
  bool is_too_long() const { return is_too_long_; }

 private:
  void end_line(std::string_view line, const Handler& handler);
  void take_field(std::string_view name, std::string_view value, const Handler& handler);
  void dispatch(const Handler& handler);
  bool fits(std::size_t more);

  std::string line_;  ///< its beginning, until the rest arrives
  ServerSentEvent event_;
  bool has_field_ = false;
  bool has_data_ = false;
  bool is_first_line_ = true;
  bool follows_carriage_return_ = false;
  bool is_too_long_ = false;
};

}  // namespace llmctl::http
