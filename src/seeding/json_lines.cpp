#include "seeding/json_lines.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "base/files.h"
#include "base/text.h"
#include "yaml/json_lines.h"
#include "yaml/reader.h"

namespace llmctl::seeding {

void for_each_json_line(const SeedSource& source, yaml::Problems& problems,
                        const std::function<void(yaml::Node&&)>& use) {
  std::ifstream file;
  std::istringstream text;
  if (source.path.empty()) {
    text.str(source.text);
  } else {
    file.open(source.path, std::ios::binary);
    if (!file) throw_errno("read", source.name);
  }
  std::istream& stream = source.path.empty() ? static_cast<std::istream&>(text) : file;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.size() > yaml::max_file_size) {
      throw Error(ErrorKind::invalid_data,
                  fmt::format("'{}': line {} is longer than 64 MiB", source.name, number));
    }
    std::string_view content = line;
    if (number == 1 && content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
    if (!trim(content).empty()) use(yaml::parse_json_line(content, number, problems));
  }
  if (stream.bad()) throw Error(ErrorKind::io, fmt::format("cannot read '{}'", source.name));
}

}  // namespace llmctl::seeding
