#include "tests/support/terminal.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace llmctl::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Types, and reads until the last program at the terminal has gone. False at the deadline.
bool converse(int terminal, const Typing& typing, std::string& text,
              std::chrono::steady_clock::time_point deadline) {
  std::array<char, 4096> buffer{};
  bool typed = typing.keys.empty();
  while (std::chrono::steady_clock::now() < deadline) {
    pollfd watched{terminal, POLLIN, 0};
    if (poll(&watched, 1, 100) <= 0) continue;
    const ssize_t count = read(terminal, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return true;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (typed || text.find(typing.after) == std::string::npos) continue;
    typed = true;
    if (write(terminal, typing.keys.data(), typing.keys.size()) < 0)
      throw std::runtime_error("cannot type into the terminal");
  }
  return false;
}

}  // namespace

ProcessResult run_in_terminal(const ProcessOptions& options, unsigned short columns,
                              const Typing& typing) {
  std::vector<std::string> words = options.arguments;
  std::vector<std::string> variables;
  for (const auto& [name, value] : options.environment) variables.push_back(name + "=" + value);
  const auto arguments = pointers(words);
  const auto environment = pointers(variables);
  const winsize size{24, columns, 0, 0};
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  if (child < 0) throw std::runtime_error("no pseudo-terminal");
  if (child == 0) {
    if (options.directory.empty() || chdir(options.directory.c_str()) == 0)
      execve(arguments[0], arguments.data(), environment.data());
    _exit(127);
  }
  ProcessResult result;
  const bool ended =
      converse(terminal, typing, result.out, std::chrono::steady_clock::now() + options.timeout);
  if (!ended) ::kill(child, SIGKILL);
  close(terminal);
  int status = 0;
  waitpid(child, &status, 0);
  if (!ended) throw std::runtime_error("still running in a terminal: " + result.out);
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace llmctl::test
