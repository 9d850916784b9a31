#include "tests/support/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace llmctl::test {
namespace {

namespace fs = std::filesystem;

/// A named pipe at which processes wait until there is a line for each of them.
class Gate {
 public:
  explicit Gate(fs::path path) : path_(std::move(path)) {
    if (mkfifo(path_.c_str(), S_IRUSR | S_IWUSR) == 0)
      fd_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (fd_ < 0) throw std::runtime_error("cannot make " + path_.string());
  }
  ~Gate() { close(fd_); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  ProcessOptions behind(ProcessOptions command) const {
    std::vector<std::string> arguments{"/bin/sh", "-c", "read -r go < \"$0\"; exec \"$@\"", path_};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    command.arguments = std::move(arguments);
    return command;
  }

  void open(std::size_t processes) const {
    const std::string lines(processes, '\n');
    if (write(fd_, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()))
      throw std::runtime_error("cannot write to " + path_.string());
  }

 private:
  fs::path path_;
  int fd_ = -1;
};

}  // namespace

Program::Program() {
  const std::string home = directory_ / "home";
  fs::create_directory(home);
  environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", home},
                 {"LC_ALL", "C.UTF-8"},     {"TZ", "UTC"},
                 {"LLMCTL_DB", database()}, {"LLMCTL_ACTOR", "tester"}};
  for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
}

ProcessOptions Program::command(Arguments arguments) const {
  ProcessOptions options;
  options.arguments = {LLMCTL_BINARY};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.environment = environment;
  options.directory = directory_.path();
  return options;
}

ProcessResult Program::run(Arguments arguments, std::string input) const {
  ProcessOptions options = command(std::move(arguments));
  options.input = std::move(input);
  return run_process(std::move(options));
}

std::string Program::succeed(Arguments arguments) const {
  const std::string shown = fmt::format("llmctl {}", fmt::join(arguments, " "));
  ProcessResult result = run(std::move(arguments));
  if (result.exit_code == 0) return std::move(result.out);
  throw std::runtime_error(fmt::format("{}: exit {}\n{}", shown, result.exit_code, result.err));
}

std::vector<ProcessResult> run_together(const std::vector<ProcessOptions>& commands) {
  const TemporaryDirectory directory;
  const Gate gate(directory / "gate");
  std::vector<std::unique_ptr<Process>> processes;
  processes.reserve(commands.size());
  for (const ProcessOptions& command : commands)
    processes.push_back(std::make_unique<Process>(gate.behind(command)));
  gate.open(processes.size());
  std::vector<ProcessResult> results;
  results.reserve(processes.size());
  for (const auto& process : processes) results.push_back(process->wait());
  return results;
}

std::string failures(const std::vector<ProcessResult>& results) {
  constexpr int most = 5;
  std::string text;
  int count = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].exit_code == 0 || ++count > most) continue;
    text += fmt::format("process {}: exit {}: {}\n", i, results[i].exit_code, results[i].err);
  }
  return count > most ? text + fmt::format("{} failures in all\n", count) : text;
}

}  // namespace llmctl::test
