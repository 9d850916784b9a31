#include "tests/support/backend_database.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/support/database.h"
#include "tests/support/inspector.h"

namespace llmctl::test {
namespace {

void run(Inspector& inspector, const char* file) {
  inspector.execute("BEGIN;" + read_file(file) + "COMMIT");
}

}  // namespace

void make_backend_database(const std::filesystem::path& file) {
  Inspector inspector(file, Inspector::Opening::create);
  run(inspector, LLMCTL_SOURCE_DIR "/tests/support/backend_tables.sql");
}

void add_odd_rows(const std::filesystem::path& file) {
  Inspector inspector(file);
  run(inspector, LLMCTL_SOURCE_DIR "/tests/support/backend_rows.sql");
}

std::string dump_without_llmctl(const std::filesystem::path& file) {
  Inspector inspector(file);
  std::string dump;
  for (const std::string& sql : inspector.texts(
           "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'llmctl\\_%' "
           "ESCAPE '\\' ORDER BY type, name")) {
    dump += sql + "\n";
  }
  for (const std::string& table : inspector.texts(
           "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'llmctl\\_%' "
           "ESCAPE '\\' ORDER BY name")) {
    std::vector<std::string> values;
    for (const std::string& column :
         inspector.texts(fmt::format("SELECT name FROM pragma_table_info('{}')", table))) {
      values.push_back(fmt::format("typeof(\"{0}\") || ' ' || quote(\"{0}\")", column));
    }
    const std::string row = fmt::format("{}", fmt::join(values, " || ', ' || "));
    const std::string filter = table == "sqlite_sequence" ? "name NOT LIKE 'llmctl%'" : "TRUE";
    for (const std::string& text :
         inspector.texts(fmt::format("SELECT '{0}: ' || rowid || ': ' || {1} FROM \"{0}\" WHERE "
                                     "{2} ORDER BY rowid",
                                     table, row, filter))) {
      dump += text + "\n";
    }
  }
  return dump;
}

}  // namespace llmctl::test
