#include "output/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/text.h"
#include "output/sanitize.h"

namespace llmctl::output {
namespace {

constexpr Duration quiet_start = std::chrono::seconds(1);
constexpr Duration between_drawings = std::chrono::milliseconds(200);
constexpr std::string_view erase_line = "\r\x1b[K";

std::string time_left(double seconds) {
  constexpr double days = 100 * 3600.0;
  if (seconds >= days) return "days left";
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole >= 3600) return fmt::format("{}h {:02}m left", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}m {:02}s left", whole / 60, whole % 60);
  return fmt::format("{}s left", whole);
}

/// As much of the text as `columns` hold.
std::string_view fit(std::string_view text, int columns) {
  std::size_t end = 0;
  while (end < text.size()) {
    const CodePoint next = next_code_point(text.substr(end));
    columns -= display_width(next.value);
    if (columns < 0) break;
    end += next.length;
  }
  return text.substr(0, end);
}

}  // namespace

std::string progress_line(const std::string& task, std::size_t done, std::size_t total,
                          Duration elapsed) {
  std::string line = fmt::format("{}: {}", task, done);
  if (total > 0) line += fmt::format(" of {} ({}%)", total, std::min(done, total) * 100 / total);
  const double seconds = std::chrono::duration<double>(elapsed).count();
  if (done == 0 || seconds <= 0) return line;
  const double rate = static_cast<double>(done) / seconds;
  line += rate < 10 ? fmt::format(", {:.1f}/s", rate) : fmt::format(", {:.0f}/s", rate);
  if (total > done) line += ", " + time_left(static_cast<double>(total - done) / rate);
  return line;
}

Progress::Progress(std::ostream& terminal, std::string task, Clock& clock, Width width)
    : terminal_(terminal),
      task_(std::move(task)),
      clock_(clock),
      width_(std::move(width)),
      start_(clock.elapsed()),
      next_drawing_(start_ + quiet_start) {}

void Progress::update(std::size_t done, std::size_t total) {
  const Duration now = clock_.elapsed();
  if (now < next_drawing_) return;
  next_drawing_ = now + between_drawings;
  const int width = width_();
  if (width == 0) return;
  const std::string line = sanitize(progress_line(task_, done, total, now - start_), false);
  // A line that fills the last column makes some terminals begin a new one.
  terminal_ << fmt::format("{}{}", erase_line, fit(line, width - 1)) << std::flush;
  drawn_ = true;
}

void Progress::erase() {
  if (!drawn_) return;
  terminal_ << erase_line << std::flush;
  drawn_ = false;
}

}  // namespace llmctl::output
