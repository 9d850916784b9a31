#include "workplace.h"

#include <fstream>

namespace llmctl::bench {

Command Workplace::llmctl(const std::string& database, std::vector<std::string> arguments) const {
  Command command{{options_.llmctl, "-q", "--db", file(database)}};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  return command;
}

Command Workplace::shell(const std::string& database, const std::string& script) const {
  return {{options_.sqlite3, "-batch", "-bail", file(database)}, file(script)};
}

Command Workplace::shell(const std::string& database, const std::string& script,
                         const std::string& sql) const {
  write(script, sql);
  return shell(database, script);
}

void Workplace::write(const std::string& name, const std::string& text) const {
  std::ofstream(file(name)) << text;
}

void Workplace::remove(const std::string& database) const {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(file(database + suffix));
  }
}

}  // namespace llmctl::bench
