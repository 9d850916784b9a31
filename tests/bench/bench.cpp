// llmctl against the sqlite3 shell, whole processes: `./dev bench`.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "comparisons.h"
#include "generate.h"
#include "process.h"
#include "write_lock.h"

namespace llmctl::bench {
namespace {

namespace fs = std::filesystem;

constexpr int commits_target = 3;

struct Median {
  double milliseconds = 0;
  double peak_mib = 0;  ///< the highest of all runs
};

class Samples {
 public:
  void add(const Job& job, int directory) {
    if (job.prepare) job.prepare();
    syncfs(directory);  // what the preparation wrote is not charged to the job
    double milliseconds = 0;
    for (const Command& command : job.commands) {
      const Usage usage = run(command);
      milliseconds += usage.wall.count();
      peak_mib_ = std::max(peak_mib_, static_cast<double>(usage.peak_kib) / 1024);
    }
    milliseconds_.push_back(milliseconds);
  }

  Median median() {
    const auto middle =
        milliseconds_.begin() + static_cast<std::ptrdiff_t>(milliseconds_.size() / 2);
    std::nth_element(milliseconds_.begin(), middle, milliseconds_.end());
    return {*middle, peak_mib_};
  }

 private:
  std::vector<double> milliseconds_;
  double peak_mib_ = 0;
};

class Directory {
 public:
  explicit Directory(const fs::path& parent) {
    std::string name = parent / "llmctl_bench.XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot make a directory in " + parent.string());
    path_ = name;
    descriptor_ = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  ~Directory() {
    close(descriptor_);
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  const fs::path& path() const { return path_; }
  int descriptor() const { return descriptor_; }

 private:
  fs::path path_;
  int descriptor_ = -1;
};

std::string file_system_of(const fs::path& directory) {
  struct statfs facts {};
  statfs(directory.c_str(), &facts);
  switch (facts.f_type) {
    case 0xEF53: return "ext4";
    case 0x58465342: return "xfs";
    case 0x9123683E: return "btrfs";
    case 0x01021994: return "tmpfs (syncs cost nothing)";
    case 0x794C7630: return "overlay";
    default: return fmt::format("file system {:#x}", facts.f_type);
  }
}

std::string processor() {
  std::ifstream facts("/proc/cpuinfo");
  for (std::string line; std::getline(facts, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

void print_machine(const Options& options, const Directory& directory) {
  utsname system{};
  uname(&system);
  const fs::path scratch = directory.path() / "version";
  std::string shell = output_of({{options.sqlite3, "--version"}}, scratch);
  fmt::print("{}, {} cores, {} {}, {}\n", processor(), std::thread::hardware_concurrency(),
             system.sysname, system.release, file_system_of(directory.path()));
  fmt::print(
      "{} against sqlite3 {}; medians of up to {} runs of whole processes, taken in turns\n\n",
      CLI::detail::trim_copy(output_of({{options.llmctl, "--version"}}, scratch)),
      shell.substr(0, shell.find(' ')), options.runs);
}

constexpr const char* line_format = "{:<36} {:>10} {:>10} {:>6} {:>6} {:>10} {:>6}  {:<6} {}\n";

void compare(const Comparison& comparison, const Options& options, int directory) {
  Samples llmctl;
  Samples floor;
  for (int i = 0; i < std::min(options.runs, comparison.most_runs); ++i) {
    // Neither is always the one that runs in the other's warm caches.
    if (i % 2 == 0) floor.add(comparison.floor, directory);
    llmctl.add(comparison.llmctl, directory);
    if (i % 2 != 0) floor.add(comparison.floor, directory);
  }
  const Median ours = llmctl.median();
  const Median theirs = floor.median();
  const double ratio = ours.milliseconds / theirs.milliseconds;
  const bool met = ratio <= comparison.target && ours.peak_mib <= comparison.peak_target;
  fmt::print(line_format, comparison.what, fmt::format("{:.2f} ms", ours.milliseconds),
             fmt::format("{:.2f} ms", theirs.milliseconds), fmt::format("{:.2f}", ratio),
             fmt::format("{:.1f}", comparison.target), fmt::format("{:.1f} MiB", ours.peak_mib),
             comparison.peak_target, met ? "ok" : "MISSED", comparison.floor_is);
  std::cout.flush();
}

void print_commits(const Workplace& workplace) {
  const int commits = commits_of_a_turn(workplace);
  fmt::print("\ncommits of one turn: {}, target at most {}: {}\n", commits, commits_target,
             commits <= commits_target ? "ok" : "MISSED");
}

void print_write_lock(const Workplace& workplace) {
  const double longest = longest_write_lock(workplace, write_lock_objects).count();
  fmt::print(
      "\nlongest write lock of seed apply, {} objects: {:.0f} ms, target at most {:.0f}: {}\n",
      write_lock_objects, longest, write_lock_target,
      longest <= write_lock_target ? "ok" : "MISSED");
}

void print_generate(const Options& options, const fs::path& directory) {
  constexpr int messages_each = 21;
  const GenerateRates rates =
      measure_generate(options.llmctl, directory, options.messages / messages_each);
  const double ratio = rates.llmctl / rates.floor;
  fmt::print(
      "\nseed generate, {} messages: {:.0f}/s, bare prepared inserts {:.0f}/s, ratio {:.2f}, "
      "target "
      "at least {:.1f}, peak {:.1f} MiB: {}\n",
      rates.messages, rates.llmctl, rates.floor, ratio, generate_target, rates.peak_mib,
      ratio >= generate_target ? "ok" : "MISSED");
}

struct NamedComparison {
  std::string_view name;  ///< as --only has it
  Comparison (*prepare)(const Workplace& workplace);
};
constexpr std::array<NamedComparison, 11> comparisons{{
    {"version", version},
    {"migrate-missing", migrate_missing},
    {"migrate-nothing", migrate_nothing},
    {"migrate-status", migrate_status},
    {"status-rows", migrate_status_rows},
    {"migrate-and-seed", migrate_and_seed},
    {"template", template_hit},
    {"seed-yaml", seed_from_yaml},
    {"seed-jsonl", seed_from_json_lines},
    {"turn", turn},
    {"audit", audit},
}};

void bench(const Options& options) {
  const Directory directory(options.directory);
  print_machine(options, directory);
  const Workplace workplace(options, directory.path());
  fmt::print(line_format, "what", "llmctl", "floor", "ratio", "target", "peak", "target", "",
             "the floor is");
  for (const auto& [name, prepare] : comparisons) {
    if (options.only.empty() || options.only == name)
      compare(prepare(workplace), options, directory.descriptor());
  }
  if (options.only.empty() || options.only == "turn") print_commits(workplace);
  if (options.only.empty() || options.only == "write-lock") print_write_lock(workplace);
  if (options.only.empty() || options.only == "generate") print_generate(options, directory.path());
  fmt::print("\npeak memory: the highest of each llmctl process, targets in MiB\n");
}

std::vector<std::string> names_of_comparisons() {
  std::vector<std::string> names;
  for (const NamedComparison& comparison : comparisons) names.emplace_back(comparison.name);
  for (const char* name : {"write-lock", "generate"}) names.emplace_back(name);
  return names;
}

}  // namespace
}  // namespace llmctl::bench

int main(int argc, char** argv) {
  llmctl::bench::Options options;
  CLI::App app("llmctl against the sqlite3 shell, whole processes", "llmctl_bench");
  app.add_option("--llmctl", options.llmctl, "the program to measure")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--sqlite3", options.sqlite3, "the shell to measure it against");
  app.add_option("--directory", options.directory, "where the databases lie: on a disk")
      ->check(CLI::ExistingDirectory);
  app.add_option("--runs", options.runs, "of each command")->check(CLI::Range(1, 100'000));
  app.add_option("--messages", options.messages, "in the large database")
      ->check(CLI::Range(10, 100'000'000));
  app.add_option("--objects", options.objects, "in the large seed files")
      ->check(CLI::Range(1, 200'000));
  app.add_option("--only", options.only, "this comparison")
      ->check(CLI::IsMember(llmctl::bench::names_of_comparisons()));
  CLI11_PARSE(app, argc, argv);
  try {
    llmctl::bench::bench(options);
  } catch (const std::exception& error) {
    std::cerr << "llmctl_bench: " << error.what() << '\n';
    return 1;
  }
}
