#pragma once

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>

#include "base/time.h"

namespace llmctl::output {

/// One line on a terminal that says how far a piece of work has come, and goes away with this
/// object. Work that takes less than a second never shows it.
class Progress {
 public:
  /// How many columns there are now; 0 while nobody watches.
  using Width = std::function<int()>;

  /// `task` begins the line: "generating messages". Only the steady time of `clock` is read.
  Progress(std::ostream& terminal, std::string task, Clock& clock, Width width);
  ~Progress() { erase(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Draws at most five times a second. A total of 0 is unknown.
  void update(std::size_t done, std::size_t total);
  /// Makes room for other output; the next update may draw the line again.
  void erase();

 private:
  std::ostream& terminal_;
  std::string task_;
  Clock& clock_;
  Width width_;
  Duration start_;
  Duration next_drawing_;
  bool drawn_ = false;
};

/// "generating messages: 1200 of 5000 (24%), 800/s, 5s left"
std::string progress_line(const std::string& task, std::size_t done, std::size_t total,
                          Duration elapsed);

}  // namespace llmctl::output
