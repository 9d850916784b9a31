#include "tests/support/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace llmctl::test {
namespace {

constexpr id_t nobody = 65534;

[[noreturn]] void throw_errno(const std::string& doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

void close_if_open(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe");
  return ends;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// What the child does between fork and exec: system calls only, since other threads may have held
/// locks.
struct Launch {
  const ProcessOptions& options;
  std::array<int, 3> streams;
  char* const* arguments;
  char* const* environment;

  bool prepare() const {
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    umask(022);
    for (int i = 0; i < 3; ++i) {
      if (dup2(streams[static_cast<std::size_t>(i)], i) < 0) return false;
    }
    if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) return false;
    for (const auto& [resource, value] : options.limits) {
      const rlimit limit{value, value};
      if (setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return false;
    }
    if (!options.as_nobody) return true;
    return setgroups(0, nullptr) == 0 && setgid(nobody) == 0 && setuid(nobody) == 0;
  }

  [[noreturn]] void run(int report_fd) const {
    if (prepare()) execve(arguments[0], arguments, environment);
    const int problem = errno;
    [[maybe_unused]] const auto written = write(report_fd, &problem, sizeof problem);
    _exit(127);
  }
};

/// Reads what is there, but no more than a pipe can hold, so that an endless writer meets its
/// timeout. Closes at the end.
void drain(int& fd, std::string& text) {
  std::array<char, 65536> buffer;
  for (int reads = 0; fd >= 0 && reads < 16; ++reads) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      close_if_open(fd);
    } else {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
}

std::string tail(const std::string& text) {
  constexpr std::size_t most = 4000;
  return text.size() <= most ? text : "…" + text.substr(text.size() - most);
}

}  // namespace

Process::Process(ProcessOptions options)
    : options_(std::move(options)), deadline_(std::chrono::steady_clock::now() + options_.timeout) {
  // A program that ends without reading its stdin must not kill the tests.
  std::signal(SIGPIPE, SIG_IGN);
  open_pipes();
  try {
    start();
  } catch (...) {
    for (int& fd : ours_) close_if_open(fd);
    throw;
  }
  feed_input();
}

Process::~Process() {
  if (!ended_) {
    ::kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (int& fd : ours_) close_if_open(fd);
}

void Process::open_pipes() {
  if (options_.input.empty()) {
    theirs_[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  } else {
    const auto [read_end, write_end] = make_pipe();
    theirs_[0] = read_end;
    ours_[0] = write_end;
  }
  for (const std::size_t i : {1U, 2U}) {
    const auto [read_end, write_end] = make_pipe();
    ours_[i] = read_end;
    theirs_[i] = write_end;
  }
  for (const int fd : ours_) {
    if (fd >= 0) fcntl(fd, F_SETFL, O_NONBLOCK);
  }
}

void Process::start() {
  std::vector<std::string> variables;
  for (const auto& [name, value] : options_.environment)
    variables.push_back(fmt::format("{}={}", name, value));
  const auto arguments = pointers(options_.arguments);
  const auto environment = pointers(variables);
  auto [failure, report] = make_pipe();
  pid_ = fork();
  if (pid_ == 0) {
    setpgid(0, 0);
    Launch{options_, theirs_, arguments.data(), environment.data()}.run(report);
  }
  const int fork_problem = errno;
  for (int& fd : theirs_) close_if_open(fd);
  close(report);
  int problem = 0;
  const bool failed = pid_ < 0 || read(failure, &problem, sizeof problem) == sizeof problem;
  close(failure);
  if (!failed) return;
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  errno = pid_ < 0 ? fork_problem : problem;
  throw_errno("starting '" + options_.arguments.front() + "'");
}

void Process::kill(int signal) const {
  if (!ended_ && ::kill(pid_, signal) != 0) throw_errno("kill");
}

void Process::feed_input() {
  while (ours_[0] >= 0 && fed_ < options_.input.size()) {
    const ssize_t count =
        write(ours_[0], options_.input.data() + fed_, options_.input.size() - fed_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) break;
    fed_ += static_cast<std::size_t>(count);
  }
  close_if_open(ours_[0]);
}

void Process::exchange(std::chrono::milliseconds patience) {
  std::array<pollfd, 3> watched{
      {{ours_[0], POLLOUT, 0}, {ours_[1], POLLIN, 0}, {ours_[2], POLLIN, 0}}};
  poll(watched.data(), watched.size(), static_cast<int>(patience.count()));
  feed_input();
  drain(ours_[1], result_.out);
  drain(ours_[2], result_.err);
}

bool Process::is_ended() {
  if (!ended_) ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
  return ended_;
}

ProcessResult Process::wait() {
  using std::chrono::milliseconds;
  // A background child may keep the pipes open, and a program may close them long before it ends:
  // so both are looked at.
  while (!is_ended()) {
    if (std::chrono::steady_clock::now() >= deadline_) give_up();
    const bool open = ours_[1] >= 0 || ours_[2] >= 0;
    exchange(milliseconds(open ? 20 : 1));
  }
  exchange(milliseconds(0));
  result_.exit_code = WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
  return std::move(result_);
}

void Process::give_up() {
  ::kill(-pid_, SIGKILL);
  waitpid(pid_, &status_, 0);
  ended_ = true;
  exchange(std::chrono::milliseconds(0));
  throw std::runtime_error(
      fmt::format("still running after {} ms: {}\nstdout so far:\n{}\nstderr so far:\n{}",
                  options_.timeout.count(), fmt::join(options_.arguments, " "), tail(result_.out),
                  tail(result_.err)));
}

ProcessResult run_process(ProcessOptions options) { return Process(std::move(options)).wait(); }

}  // namespace llmctl::test
