#include "storage/sqlite/copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/signals.h"
#include "storage/sqlite/errors.h"

namespace llmctl::storage::sqlite {
namespace {

/// A connection that reads, and gives up when a signal arrives.
class Reader {
 public:
  explicit Reader(const std::string& file) {
    if (sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) {
      const int code = sqlite3_extended_errcode(handle_);
      const std::string message = sqlite3_errmsg(handle_);
      sqlite3_close(handle_);
      throw_error(code, message, "opening", file);
    }
    sqlite3_extended_result_codes(handle_, 1);
    constexpr int operations_between_checks = 20'000;
    sqlite3_progress_handler(
        handle_, operations_between_checks, [](void*) { return interrupted() ? 1 : 0; }, nullptr);
  }
  ~Reader() { sqlite3_close(handle_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  sqlite3* handle() { return handle_; }

  /// Runs one statement; `see` gets the first column of its rows. Errors say what was being done to
  /// which file.
  template <class See>
  void run(const std::string& sql, std::string_view doing, const std::string& file, See see) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
      see(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
      code = SQLITE_OK;
    }
    if (code != SQLITE_DONE) {
      // Finalizing forgets the error.
      const int extended = sqlite3_extended_errcode(handle_);
      const std::string message = sqlite3_errmsg(handle_);
      sqlite3_finalize(statement);
      throw_error(extended, message, doing, file);
    }
    sqlite3_finalize(statement);
  }

 private:
  sqlite3* handle_ = nullptr;
};

std::string quoted(const std::string& text) {
  char* sql = sqlite3_mprintf("%Q", text.c_str());
  std::string result = sql;
  sqlite3_free(sql);
  return result;
}

void create_target(const std::string& target) {
  const FileDescriptor file(
      ::open(target.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open()) throw_errno("create", target);
}

void check(const std::string& target) {
  std::string findings;
  Reader reader(target);
  // What a row holds is its writer's affair: the copy has to be the same, not better.
  sqlite3_exec(reader.handle(), "PRAGMA ignore_check_constraints=ON", nullptr, nullptr, nullptr);
  reader.run("PRAGMA quick_check", "checking", target, [&](const char* finding) {
    if (std::string_view(finding) != "ok" && findings.empty()) findings = finding;
  });
  if (findings.empty()) return;
  throw Error(ErrorKind::damaged, fmt::format("the copy '{}' is not sound: {}", target, findings),
              "llmctl doctor --deep says whether the database itself is");
}

}  // namespace

void copy_database(const std::string& source, const std::string& target) {
  create_target(target);
  try {
    Reader(source).run("VACUUM INTO " + quoted(target), "copying to", target, [](const char*) {});
    check(target);
    write_through(target);
  } catch (const Error&) {
    std::error_code ignored;
    std::filesystem::remove(target, ignored);
    std::filesystem::remove(target + "-journal", ignored);
    throw;
  }
}

}  // namespace llmctl::storage::sqlite
