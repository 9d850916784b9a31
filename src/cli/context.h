#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/output_stream.h"
#include "base/progress.h"
#include "base/time.h"
#include "base/uuid.h"
#include "chat/runtime.h"
#include "config/settings.h"
#include "http/client.h"
#include "output/progress.h"
#include "output/report.h"
#include "storage/database.h"

namespace llmctl::cli {

/// What the global options said, before settings are read.
struct GlobalOptions {
  std::map<std::string, std::string> settings;  ///< by setting name: db, config, format, …
  std::vector<std::string> columns;
  bool no_header = false;
  bool quiet = false;
  bool verbose = false;
};

/// What a command works with. Opens the database on first use. Never leaves cli/.
class Context {
 public:
  Context(GlobalOptions options, OutputStream& out, std::ostream& err);

  /// The configured database. Asked for twice, the first opening counts. The mode is that of a file
  /// that is made.
  storage::Database& database(storage::Access access, unsigned file_mode = 0600);
  /// False for a file that is not there.
  bool database_exists();
  /// The database, or an empty one in memory when there is no such file: to say what would be done.
  storage::Database& database_or_empty(storage::Access access);
  chat::Runtime runtime(storage::Access access);
  providers::ProviderContext provider_context();
  const storage::Location& location();
  /// Where the configured database is to be, for a command that puts its file there by itself.
  /// Throws Error(usage) for a database that is no file.
  const std::string& new_file();
  /// Says that new_file() is there now.
  void set_made_file() { made_file_ = true; }

  Clock& clock() { return *clock_; }
  UuidSource& ids() { return *ids_; }
  const config::Settings& settings() const { return settings_; }
  /// Who acts: as the command line named it, else as the settings do. Throws Error(usage) for an
  /// empty name.
  std::string actor(const std::optional<std::string>& named = {}) const;
  output::Format format() const { return format_; }
  /// Whether a report's rows are printed, and not only its text.
  bool wants_rows() const { return format_ != output::Format::text || !options_.columns.empty(); }
  /// text, json or github.
  const std::string& error_format() const { return error_format_; }
  /// --timeout, if there is one.
  std::optional<Duration> timeout() const { return timeout_; }
  /// "sqlite file (from --db)"
  std::string database_line();

  /// To stdout. Throws Error(io) when stdout takes no more; a closed pipe is no error.
  void print(const output::Report& report);
  /// To stdout as it is: data that is no report. The writer is left as soon as stdout takes no
  /// more. Throws as print does.
  void write(const std::function<void(std::ostream&)>& writer);
  /// A piece of text to stdout, at once; on a terminal what could fool it is shown as \x1b.
  void show(std::string_view piece);
  bool prints_to_terminal() const;
  /// Throws Error(usage), before anything is done, for a --columns that the report has not.
  void check_columns(const output::Report& report) const;
  /// One line on stderr, unless --quiet.
  void notify(std::string_view line);
  /// One line on stderr that was asked for.
  void say(std::string_view line);
  bool verbose() const { return options_.verbose; }
  /// Shows on the terminal how far work of more than a second has come, until the command ends or
  /// the next call; nothing with --quiet or where stderr is no terminal. Valid while this is.
  ProgressCallback progress(const std::string& task);

  /// The exit code of a command that did not fail: 2 for "differs", 75 for "still pending".
  void set_exit_code(int code) { exit_code_ = code; }
  int exit_code() const { return exit_code_; }
  /// Says which database was written to, or with --verbose which one was used.
  void report_database();

 private:
  void set_up_test_mode();
  void make_place();
  output::Style style();

  GlobalOptions options_;
  config::Settings settings_;
  OutputStream& out_;
  std::ostream& err_;
  output::Format format_ = output::Format::text;
  std::string error_format_ = "text";
  std::optional<Duration> timeout_;
  Duration lock_timeout_ = std::chrono::seconds(60);
  std::unique_ptr<Clock> clock_;
  RandomSource random_;
  std::optional<UuidSource> ids_;
  std::optional<config::Setting> database_setting_;
  std::optional<storage::Location> location_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<Clock> real_clock_ =
      make_system_clock();  ///< also while a test freezes the other
  std::unique_ptr<output::Progress> progress_;
  bool made_file_ = false;
  int exit_code_ = 0;
};

/// Throws Error(usage) that names the option when `text` is none of the choices, which are
/// separated by "|".
std::string require_choice(std::string_view option, const std::string& text,
                           std::string_view choices);

/// Throws Error(usage) that names the option for what is no duration.
Duration require_duration(std::string_view option, const std::string& text);

/// Throws Error(io) when what was written did not all get out; a closed pipe is no error.
void require_written(OutputStream& out);

}  // namespace llmctl::cli
