#include "process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace llmctl::bench {
namespace {

class Redirections {
 public:
  Redirections(const std::string& input, const std::string& output, const std::string& errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_addopen(&actions_, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
  }
  ~Redirections() { posix_spawn_file_actions_destroy(&actions_); }
  Redirections(const Redirections&) = delete;
  Redirections& operator=(const Redirections&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

// posix_spawn, so that the child's peak memory starts at what this small program holds and no page
// is copied.
Usage run(const Command& command, const std::filesystem::path& output) {
  const std::string errors =
      std::filesystem::temp_directory_path() / fmt::format("llmctl_bench.{}.errors", getpid());
  const Redirections redirections(command.input, output, errors);
  std::vector<char*> arguments;
  for (const std::string& argument : command.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  std::array<std::string, 4> variables = {"PATH=/usr/bin:/bin", "HOME=/nonexistent",
                                          "LLMCTL_ACTOR=bench", "LC_ALL=C"};
  std::array<char*, 5> environment{};
  for (std::size_t i = 0; i < variables.size(); ++i) environment[i] = variables[i].data();

  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (posix_spawnp(&child, arguments[0], redirections.get(), nullptr, arguments.data(),
                   environment.data()) != 0) {
    throw std::runtime_error(fmt::format("cannot start '{}'", command.arguments[0]));
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  const auto wall = std::chrono::steady_clock::now() - start;

  const std::string complaint = read_file(errors);
  std::filesystem::remove(errors);
  if (status != 0) {
    throw std::runtime_error(fmt::format("'{}' failed ({:#x}): {}",
                                         fmt::join(command.arguments, " "), status, complaint));
  }
  return {wall, usage.ru_maxrss};
}

std::string output_of(const Command& command, const std::filesystem::path& scratch) {
  run(command, scratch);
  return read_file(scratch);
}

}  // namespace llmctl::bench
