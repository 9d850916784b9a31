#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "process.h"

namespace llmctl::bench {

struct Options {
  std::string llmctl;
  std::string sqlite3 = "sqlite3";
  std::string directory = "/tmp";
  std::string only;
  int runs = 41;
  int messages = 1'000'000;
  int objects = 100'000;
};

/// What is timed: the commands one after the other, after an untimed preparation.
struct Job {
  std::function<void()> prepare;
  std::vector<Command> commands;
};

struct Comparison {
  std::string what;
  std::string floor_is;
  double target;  ///< llmctl's time in units of the floor's
  Job llmctl;
  Job floor;
  int peak_target = 16;  ///< MiB, of each llmctl process
  int most_runs = std::numeric_limits<int>::max();
};

/// The programs that are compared, and the directory with their files.
class Workplace {
 public:
  Workplace(Options options, std::filesystem::path directory)
      : options_(std::move(options)), directory_(std::move(directory)) {}

  const Options& options() const { return options_; }
  std::filesystem::path file(const std::string& name) const { return directory_ / name; }

  /// On the database of this name.
  Command llmctl(const std::string& database, std::vector<std::string> arguments) const;
  /// The sqlite3 shell, with a script that exists when it runs.
  Command shell(const std::string& database, const std::string& script) const;
  /// The same, with a script of this text.
  Command shell(const std::string& database, const std::string& script,
                const std::string& sql) const;

  void write(const std::string& name, const std::string& text) const;
  void remove(const std::string& database) const;

 private:
  Options options_;
  std::filesystem::path directory_;
};

}  // namespace llmctl::bench
