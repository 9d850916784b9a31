#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "http/client.h"
#include "http/head_reader.h"

namespace llmctl::http {

/// One request on its way: hands the reply on, and keeps to the limits.
class Transfer {
 public:
  Transfer(const Limits& limits, ReplyHandler& handler);

  /// The connection is there, and the request leaves next. False when it has left before: then it
  /// must not again, for the server may have acted on it.
  bool begin_request();
  /// Bytes of the request that have left so far.
  void note_sent(std::int64_t bytes);
  /// False: the reply is not wanted any further; `failure` says why, or the handler has thrown.
  bool take_head_line(std::string_view line);
  bool take_body(std::string_view bytes);

  /// Nothing more will come.
  void finish();

  /// Notes that a limit on time has been passed; false when none has.
  bool is_overdue();
  /// Until the next limit on time, at most `longest`.
  std::chrono::milliseconds patience(std::chrono::milliseconds longest) const;

  /// Notes a failure, unless there is one already: what comes later follows from the first.
  void fail(Failure::Kind kind, std::string message);
  /// What went wrong, if anything. Rethrows what the handler has thrown.
  std::optional<Failure> result() const;
  /// Before that, there is a connection at most.
  bool is_sent() const { return is_sent_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Deadline {
    Time time;
    Duration limit;
    std::string_view what;
  };

  std::optional<Deadline> next_deadline() const;
  void check_encoding(const ReplyHead& head);

  Limits limits_;
  ReplyHandler& handler_;
  HeadReader head_reader_;
  Time started_ = std::chrono::steady_clock::now();
  Time progressed_ = started_;  ///< the last byte of the request or reply
  bool is_sent_ = false;
  bool has_head_ = false;
  std::int64_t sent_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::optional<Failure> failure_;
  std::exception_ptr thrown_;
};

}  // namespace llmctl::http
