#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace llmctl::bench {

struct Command {
  std::vector<std::string> arguments;  ///< the program first
  std::filesystem::path input = "/dev/null";
};

struct Usage {
  std::chrono::duration<double, std::milli> wall{};
  long peak_kib = 0;
};

/// Starts the command with nothing of the user's environment and waits for it. Throws when it
/// fails, with what it wrote to stderr. Its output goes to `output`.
Usage run(const Command& command, const std::filesystem::path& output = "/dev/null");

/// What the command wrote to stdout.
std::string output_of(const Command& command, const std::filesystem::path& scratch);

}  // namespace llmctl::bench
