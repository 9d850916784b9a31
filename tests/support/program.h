#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/database.h"
#include "tests/support/process.h"

namespace llmctl::test {

/// The program itself, in a directory of its own with a clean environment in which LLMCTL_DB names
/// `test.db`.
class Program {
 public:
  using Arguments = std::vector<std::string>;

  Program();

  ProcessOptions command(Arguments arguments) const;
  ProcessResult run(Arguments arguments, std::string input = {}) const;
  /// Throws with the output unless the exit code is 0; returns stdout.
  std::string succeed(Arguments arguments) const;

  std::filesystem::path database() const { return directory_ / "test.db"; }
  const TemporaryDirectory& directory() const { return directory_; }

  std::map<std::string, std::string> environment;  ///< of the commands from now on

 private:
  TemporaryDirectory directory_;
};

/// Starts them all, lets them begin at the same moment and waits; the results in the same order.
std::vector<ProcessResult> run_together(const std::vector<ProcessOptions>& commands);

/// Empty when all exit with 0, else the first few failures.
std::string failures(const std::vector<ProcessResult>& results);

}  // namespace llmctl::test
