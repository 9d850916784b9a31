#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace llmctl::test {

/// A command whose output was not the expected one.
struct Mismatch {
  std::string place;  ///< file:line of the command
  std::string
      difference;  ///< readable, with the command and lines marked - (expected) and + (actual)
};

struct TranscriptRun {
  int commands = 0;
  std::vector<Mismatch> mismatches;
  std::string rewritten;  ///< the file with the actual output
};

/// Runs a transcript's commands (tests/cli/transcripts_test.cpp describes the format) in a fresh
/// directory. `program` is the executable whose directory comes first in PATH, `source_directory`
/// becomes SOURCE_DIR. Throws std::runtime_error with file:line when the file is no transcript.
TranscriptRun run_transcript(const std::filesystem::path& file,
                             const std::filesystem::path& program,
                             const std::filesystem::path& source_directory);

}  // namespace llmctl::test
