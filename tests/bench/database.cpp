#include "database.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace llmctl::bench {

Database::Database(const std::filesystem::path& file) : handle_(nullptr, &sqlite3_close) {
  sqlite3* handle = nullptr;
  const int status = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
  handle_.reset(handle);
  if (status != SQLITE_OK) throw std::runtime_error(fmt::format("cannot open '{}'", file.string()));
}

std::vector<std::string> Database::column(const std::string& sql) const {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
    throw std::runtime_error(fmt::format("{}: {}", sqlite3_errmsg(handle_.get()), sql));
  }
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared,
                                                                        &sqlite3_finalize);
  std::vector<std::string> values;
  while (sqlite3_step(prepared) == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, 0));
    values.emplace_back(text == nullptr ? "" : text);
  }
  return values;
}

std::string Database::as_inserts(const std::string& table, const std::string& condition) const {
  const auto quoted =
      column(fmt::format("SELECT 'quote(' || name || ')' FROM pragma_table_info('{}')", table));
  std::string statements;
  for (const std::string& values : column(fmt::format(
           "SELECT {} FROM {} WHERE {}", fmt::join(quoted, " || ', ' || "), table, condition))) {
    statements += fmt::format("INSERT INTO {} VALUES ({});\n", table, values);
  }
  return statements;
}

int commits_in_log(const std::filesystem::path& log) {
  std::ifstream file(log, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const auto number_at = [&bytes](std::size_t position) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
      number = number << 8 | static_cast<unsigned char>(bytes.at(position + i));
    return number;
  };
  // https://www.sqlite.org/fileformat2.html#walformat: a header of 32 bytes, frames of 24 bytes and
  // a page.
  if (bytes.size() < 32) return 0;
  int commits = 0;
  const std::size_t frame = 24 + number_at(8);
  for (std::size_t position = 32; position + frame <= bytes.size(); position += frame) {
    if (number_at(position + 4) != 0) ++commits;
  }
  return commits;
}

}  // namespace llmctl::bench
