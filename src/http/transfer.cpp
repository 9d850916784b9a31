#include "http/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace llmctl::http {

Transfer::Transfer(const Limits& limits, ReplyHandler& handler)
    : limits_(limits), handler_(handler), head_reader_(limits.head_bytes) {}

bool Transfer::begin_request() {
  if (is_sent_) {
    fail(Failure::Kind::network, "the server closed the connection without a reply");
    return false;
  }
  is_sent_ = true;
  progressed_ = std::chrono::steady_clock::now();
  return true;
}

void Transfer::note_sent(std::int64_t bytes) {
  if (bytes == sent_bytes_) return;
  sent_bytes_ = bytes;
  progressed_ = std::chrono::steady_clock::now();
}

bool Transfer::take_head_line(std::string_view line) try {
  const auto head = head_reader_.feed(line);
  if (head_reader_.problem()) {
    fail(Failure::Kind::malformed, *head_reader_.problem());
  } else if (head) {
    has_head_ = true;
    progressed_ = std::chrono::steady_clock::now();
    check_encoding(*head);
    if (!failure_) handler_.head(*head);
  }
  return !failure_;
} catch (...) {
  thrown_ = std::current_exception();
  return false;
}

bool Transfer::take_body(std::string_view bytes) try {
  progressed_ = std::chrono::steady_clock::now();
  if (bytes.size() > limits_.body_bytes - body_bytes_) {
    fail(Failure::Kind::malformed,
         fmt::format("the reply is longer than {} bytes", limits_.body_bytes));
    return false;
  }
  body_bytes_ += bytes.size();
  handler_.body(bytes);
  return true;
} catch (...) {
  thrown_ = std::current_exception();
  return false;
}

/// libcurl undoes whatever it can, asked for or not, and some of it takes 128 MiB for 1 KiB.
void Transfer::check_encoding(const ReplyHead& head) {
  for (const auto& [name, value] : head.headers) {
    if (to_lower_ascii(name) != "content-encoding") continue;
    for (const std::string& part : split(value, ',')) {
      const std::string coding = to_lower_ascii(trim(part));
      if (coding == "gzip" || coding == "x-gzip" || coding == "deflate" || coding == "identity")
        continue;
      fail(Failure::Kind::malformed, "the reply is compressed in a way that nobody asked for");
    }
  }
}

std::optional<Transfer::Deadline> Transfer::next_deadline() const {
  std::optional<Deadline> next;
  const auto add = [&](Time from, Duration limit, std::string_view what) {
    if (limit <= Duration::zero()) return;
    const Time time = from + limit;
    if (!next || time < next->time) next = Deadline{time, limit, what};
  };
  add(started_, limits_.total, has_head_ ? "no whole reply" : "no reply");
  if (!is_sent_) add(started_, limits_.connect, "no connection");
  if (is_sent_ && !has_head_) add(progressed_, limits_.first_byte, "no reply");
  if (has_head_) add(progressed_, limits_.idle, "nothing more of the reply");
  return next;
}

void Transfer::finish() {
  if (!has_head_)
    fail(Failure::Kind::network, "the server closed the connection within the head of its reply");
}

bool Transfer::is_overdue() {
  const auto deadline = next_deadline();
  if (!deadline || std::chrono::steady_clock::now() < deadline->time) return false;
  fail(Failure::Kind::timeout,
       fmt::format("{} within {}", deadline->what, to_string(deadline->limit)));
  return true;
}

std::chrono::milliseconds Transfer::patience(std::chrono::milliseconds longest) const {
  const auto deadline = next_deadline();
  if (!deadline) return longest;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline->time -
                                                                 std::chrono::steady_clock::now());
  return std::clamp(left, std::chrono::milliseconds::zero(), longest);
}

void Transfer::fail(Failure::Kind kind, std::string message) {
  if (!failure_) failure_ = Failure{kind, std::move(message), false};
}

std::optional<Failure> Transfer::result() const {
  if (thrown_) std::rethrow_exception(thrown_);
  auto failure = failure_;
  if (failure) failure->sent = is_sent_;
  return failure;
}

}  // namespace llmctl::http
