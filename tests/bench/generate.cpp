#include "generate.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <variant>
#include <vector>

#include "process.h"

namespace llmctl::bench {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// As many as llmctl writes at a time where the disk is not slow.
constexpr std::size_t messages_a_transaction = 2'000;

using Connection = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

void require(bool done, sqlite3* connection) {
  if (!done) throw std::runtime_error(sqlite3_errmsg(connection));
}

Connection open_database(const fs::path& file) {
  sqlite3* connection = nullptr;
  const int status = sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
  Connection owned(connection, &sqlite3_close);
  require(status == SQLITE_OK, connection);
  return owned;
}

Statement prepare(sqlite3* connection, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  require(sqlite3_prepare_v2(connection, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK,
          connection);
  return {statement, &sqlite3_finalize};
}

void execute(sqlite3* connection, const char* sql) {
  require(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK, connection);
}

using Cell = std::variant<std::monostate, sqlite3_int64, std::string>;

struct StoredRow {
  std::size_t table = 0;
  std::vector<Cell> cells;
};

StoredRow read_row(sqlite3_stmt* statement, std::size_t table) {
  StoredRow row{table, {}};
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL: row.cells.emplace_back(); break;
      case SQLITE_INTEGER: row.cells.emplace_back(sqlite3_column_int64(statement, column)); break;
      default:
        row.cells.emplace_back(
            std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
                        static_cast<std::size_t>(sqlite3_column_bytes(statement, column))));
    }
  }
  return row;
}

void bind(sqlite3_stmt* statement, const std::vector<Cell>& cells) {
  int place = 0;
  for (const Cell& cell : cells) {
    ++place;
    if (const auto* text = std::get_if<std::string>(&cell)) {
      sqlite3_bind_text(statement, place, text->data(), static_cast<int>(text->size()),
                        SQLITE_STATIC);
    } else if (const auto* number = std::get_if<sqlite3_int64>(&cell)) {
      sqlite3_bind_int64(statement, place, *number);
    } else {
      sqlite3_bind_null(statement, place);
    }
  }
}

/// Copies what llmctl generated into another database, and times the writing alone.
class Floor {
 public:
  Floor(const fs::path& source, const fs::path& target)
      : source_(open_database(source)), target_(open_database(target)) {
    execute(target_.get(), "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL");
    for (const char* table : {"conversations", "messages", "llmctl_attempts"}) {
      const bool is_first = readers_.empty();
      readers_.push_back(
          prepare(source_.get(), fmt::format("SELECT * FROM {} {} ORDER BY rowid", table,
                                             is_first ? "" : "WHERE conversation_id = ?1")));
      std::string places = "?1";
      for (int i = 2; i <= sqlite3_column_count(readers_.back().get()); ++i)
        places += fmt::format(", ?{}", i);
      writers_.push_back(
          prepare(target_.get(), fmt::format("INSERT INTO {} VALUES ({})", table, places)));
    }
  }

  void run() {
    while (sqlite3_step(readers_[0].get()) == SQLITE_ROW) {
      rows_.push_back(read_row(readers_[0].get(), 0));
      const std::string id = std::get<std::string>(rows_.back().cells[0]);
      for (const std::size_t table : {1U, 2U}) read_rows_of(id, table);
      if (messages_ >= messages_a_transaction) write();
    }
    write();
  }

  std::size_t messages() const { return written_; }
  double seconds() const { return seconds_; }

 private:
  void read_rows_of(const std::string& conversation, std::size_t table) {
    sqlite3_stmt* const reader = readers_[table].get();
    sqlite3_reset(reader);
    sqlite3_bind_text(reader, 1, conversation.data(), static_cast<int>(conversation.size()),
                      SQLITE_STATIC);
    while (sqlite3_step(reader) == SQLITE_ROW) {
      rows_.push_back(read_row(reader, table));
      messages_ += table == 1 ? 1 : 0;
    }
  }

  void write() {
    const auto start = steady_clock::now();
    execute(target_.get(), "BEGIN IMMEDIATE");
    for (const StoredRow& row : rows_) {
      sqlite3_stmt* const writer = writers_[row.table].get();
      bind(writer, row.cells);
      require(sqlite3_step(writer) == SQLITE_DONE, target_.get());
      sqlite3_reset(writer);
    }
    execute(target_.get(), "COMMIT");
    seconds_ += std::chrono::duration<double>(steady_clock::now() - start).count();
    written_ += messages_;
    messages_ = 0;
    rows_.clear();
  }

  Connection source_;
  Connection target_;
  std::vector<Statement> readers_;
  std::vector<Statement> writers_;
  std::vector<StoredRow> rows_;  ///< of one transaction
  std::size_t messages_ = 0;     ///< in rows_
  std::size_t written_ = 0;
  double seconds_ = 0;
};

}  // namespace

GenerateRates measure_generate(const std::string& llmctl, const fs::path& directory,
                               int conversations) {
  const fs::path generated = directory / "generated.db";
  const fs::path copied = directory / "copied.db";
  for (const fs::path& file : {generated, copied}) run({{llmctl, "-q", "--db", file, "init"}});
  const Usage usage = run({{llmctl, "-q", "--db", generated, "seed", "generate", "--conversations",
                            std::to_string(conversations)}});
  Floor floor(generated, copied);
  floor.run();
  const auto messages = static_cast<double>(floor.messages());
  return {floor.messages(), messages / usage.wall.count() * 1000, messages / floor.seconds(),
          static_cast<double>(usage.peak_kib) / 1024};
}

}  // namespace llmctl::bench
