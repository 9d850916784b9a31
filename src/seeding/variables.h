#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.h"
#include "yaml/problems.h"

namespace llmctl::seeding {

/// The values of `${NAME}` and `${NAME:-default}` in seed files, from the command line only: what a
/// seed file does must not depend on who runs it. `$${` stands for `${`.
class Variables {
 public:
  Variables() = default;
  /// "NAME=VALUE" each; names as in the shell. Throws Error(usage).
  explicit Variables(const std::vector<std::string>& assignments);

  /// Expands every scalar of the value, keys apart. A name without a value and without a default is
  /// reported to `problems`.
  void expand(yaml::Node& value, yaml::Problems& problems);

  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }
  /// Names that no file has asked for.
  std::vector<std::string> unused() const;

 private:
  std::string expanded(const yaml::Node& scalar, yaml::Problems& problems);

  std::map<std::string, std::string, std::less<>> values_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace llmctl::seeding
