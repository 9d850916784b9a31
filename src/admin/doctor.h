#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "storage/database.h"

namespace llmctl::admin {

struct Finding {
  std::string check;  ///< what was looked at: "schema"
  std::string state;  ///< ok, warning or error
  std::string message;
  int exit_code = 0;  ///< what the command is to end with, if this is the worst
};

struct DoctorOptions {
  bool deep = false;                        ///< reads the whole file
  std::optional<Duration> max_pending_age;  ///< older pending messages are an error (2)
  std::string schema_state;                 ///< name of migration::State, read by the caller
  std::string file;                         ///< whose file system's free space counts; empty: none
};

/// Checks a database that could be opened.
std::vector<Finding> examine(storage::Database& database, const DoctorOptions& options,
                             Timestamp now);

/// The exit code of the worst finding: errors before warnings, integrity before everything.
int worst_exit_code(const std::vector<Finding>& findings);

}  // namespace llmctl::admin
