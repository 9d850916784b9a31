#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace llmctl::test {

struct ProcessOptions {
  std::vector<std::string> arguments;              ///< the first is the program's path
  std::map<std::string, std::string> environment;  ///< all of it: nothing is inherited
  std::filesystem::path directory = {};            ///< empty: the test's own
  std::string input = {};                          ///< stdin; empty: /dev/null
  std::chrono::milliseconds timeout{60'000};       ///< then SIGKILL to the process and its children
  std::vector<std::pair<int, rlim_t>> limits = {};  ///< such as {RLIMIT_FSIZE, 4096}
  bool as_nobody = false;                           ///< user and group 65534; needs root
};

struct ProcessResult {
  std::string out;
  std::string err;
  int exit_code = 0;  ///< 128 + n after signal n
};

/// A running program in its own process group. Killed when it goes out of scope.
class Process {
 public:
  /// Throws std::system_error when the program cannot be started.
  explicit Process(ProcessOptions options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  /// To the process alone, not to its children.
  void kill(int signal) const;
  /// Feeds stdin and collects the output until the process has ended; once. Throws
  /// std::runtime_error with the output so far when that takes longer than the timeout, which
  /// counts from the start.
  ProcessResult wait();

 private:
  void open_pipes();
  void start();
  void exchange(std::chrono::milliseconds patience);
  void feed_input();
  bool is_ended();
  [[noreturn]] void give_up();

  ProcessOptions options_;
  std::chrono::steady_clock::time_point deadline_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
  std::size_t fed_ = 0;
  std::array<int, 3> ours_{-1, -1, -1};    ///< our ends of stdin, stdout and stderr
  std::array<int, 3> theirs_{-1, -1, -1};  ///< the program's
  ProcessResult result_;
};

/// Starts and waits.
ProcessResult run_process(ProcessOptions options);

}  // namespace llmctl::test
