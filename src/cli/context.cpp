#include "cli/context.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "config/credentials.h"
#include "http/curl_client.h"
#include "output/sanitize.h"

namespace llmctl::cli {
namespace {

constexpr std::array<std::pair<std::string_view, output::Format>, 5> formats{
    {{"text", output::Format::text},
     {"json", output::Format::json},
     {"jsonl", output::Format::jsonl},
     {"csv", output::Format::csv},
     {"tsv", output::Format::tsv}}};

output::Format parse_format(const config::Setting& setting) {
  require_choice(setting.source, setting.value, "text|json|jsonl|csv|tsv");
  return std::ranges::find(formats, setting.value, &decltype(formats)::value_type::first)->second;
}

int terminal_width(int terminal) {
  winsize size{};
  if (ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

/// 0 while the command runs in the background: the terminal is somebody else's.
int progress_width() {
  return tcgetpgrp(STDERR_FILENO) == getpgrp() ? terminal_width(STDERR_FILENO) : 0;
}

bool can_redraw(int terminal, const config::Environment& environment) {
  const auto type = environment.find("TERM");
  return isatty(terminal) != 0 && type != environment.end() && type->second != "dumb";
}

bool wants_color(const config::Settings& settings) {
  const auto setting = settings.find("color");
  const std::string choice =
      setting ? require_choice(setting->source, setting->value, "auto|always|never") : "auto";
  if (choice != "auto") return choice == "always";
  const auto& environment = settings.environment();
  const auto no_color = environment.find("NO_COLOR");
  return (no_color == environment.end() || no_color->second.empty()) &&
         can_redraw(STDOUT_FILENO, environment);
}

/// While it lives, a stream that goes bad throws std::ios::failure.
class ThrowingStream {
 public:
  explicit ThrowingStream(std::ostream& stream) : stream_(stream) {
    stream_.exceptions(std::ios::badbit);
  }
  ~ThrowingStream() { stream_.exceptions(std::ios::goodbit); }
  ThrowingStream(const ThrowingStream&) = delete;
  ThrowingStream& operator=(const ThrowingStream&) = delete;

 private:
  std::ostream& stream_;
};

/// A folder for the default database is ours to make; any other is the user's.
void make_default_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  std::error_code problem;
  if (std::filesystem::exists(folder, problem)) return;
  std::filesystem::create_directories(folder, problem);
  if (problem) {
    throw Error(ErrorKind::io,
                fmt::format("cannot create '{}': {}", folder.string(), problem.message()));
  }
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, problem);
}

}  // namespace

std::string require_choice(std::string_view option, const std::string& text,
                           std::string_view choices) {
  const std::vector<std::string> known = split(choices, '|');
  if (std::ranges::find(known, text) != known.end()) return text;
  const std::string suggestion = did_you_mean(text, known);
  throw Error(ErrorKind::usage, fmt::format("{}: unknown value '{}'", option, text),
              suggestion.empty() ? fmt::format("{}", fmt::join(known, ", ")) : suggestion);
}

Duration require_duration(std::string_view option, const std::string& text) {
  if (const auto duration = parse_duration(text)) return *duration;
  throw Error(ErrorKind::usage, fmt::format("{}: '{}' is no duration", option, text),
              "write 500ms, 30s, 10m, 24h or 7d");
}

void require_written(OutputStream& out) {
  out.flush();
  if (out.good() || out.problem() == EPIPE) return;
  throw Error(ErrorKind::io,
              fmt::format("cannot write to stdout: {}", std::strerror(out.problem())));
}

Context::Context(GlobalOptions options, OutputStream& out, std::ostream& err)
    : options_(std::move(options)),
      settings_(options_.settings, config::read_environment()),
      out_(out),
      err_(err),
      clock_(make_system_clock()) {
  if (const auto setting = settings_.find("format")) format_ = parse_format(*setting);
  if (const auto setting = settings_.find("lock_timeout")) {
    lock_timeout_ = require_duration(setting->source, setting->value);
  }
  if (const auto setting = settings_.find("timeout")) {
    timeout_ = require_duration(setting->source, setting->value);
    if (*timeout_ == Duration::zero()) {
      throw Error(ErrorKind::usage,
                  fmt::format("{}: no command can end in no time", setting->source),
                  "leave it out for no limit");
    }
    lock_timeout_ = std::min(lock_timeout_, *timeout_);
  }
  if (const auto setting = settings_.find("error_format")) {
    error_format_ = require_choice(setting->source, setting->value, "text|json|github");
  }
  wants_color(settings_);  // a wrong setting is said before anything is done
  set_up_test_mode();
}

void Context::set_up_test_mode() {
  const auto& environment = settings_.environment();
  const auto test = environment.find("LLMCTL_TEST");
  const auto clock = environment.find("LLMCTL_CLOCK");
  const auto seed = environment.find("LLMCTL_RANDOM_SEED");
  const bool testing = test != environment.end() && test->second == "1";
  if (!testing && (clock != environment.end() || seed != environment.end())) {
    throw Error(ErrorKind::configuration,
                "LLMCTL_CLOCK and LLMCTL_RANDOM_SEED count only with LLMCTL_TEST=1",
                "unset them: real conversations need real times and ids");
  }
  if (clock != environment.end()) {
    const auto start = parse_rfc3339(clock->second);
    if (!start)
      throw Error(ErrorKind::configuration,
                  fmt::format("LLMCTL_CLOCK: '{}' is no time", clock->second));
    clock_ = make_frozen_clock(*start);
  }
  if (seed != environment.end()) {
    std::uint64_t number = 0;
    const std::string& text = seed->second;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size()) {
      throw Error(ErrorKind::configuration,
                  fmt::format("LLMCTL_RANDOM_SEED: '{}' is no number", text));
    }
    random_ = RandomSource(number);
  }
  ids_.emplace(random_);
}

const storage::Location& Context::location() {
  if (!location_) {
    database_setting_ = settings_.database();
    location_ = storage::parse_location(database_setting_->value);
  }
  return *location_;
}

void Context::make_place() {
  if (database_setting_->source == "default") make_default_folder(location_->path);
}

const std::string& Context::new_file() {
  if (location().engine != storage::Location::Engine::sqlite || location_->path == ":memory:") {
    throw Error(ErrorKind::usage, fmt::format("'{}' is no file", location_->display),
                "only a database file can be copied from a template");
  }
  make_place();
  return location_->path;
}

storage::Database& Context::database(storage::Access access, unsigned file_mode) {
  if (database_) return *database_;
  location();
  if (access == storage::Access::create) make_place();
  database_ = storage::open_database(
      *location_,
      {access, lock_timeout_, [this](std::string_view line) { notify(line); }, file_mode});
  return *database_;
}

bool Context::database_exists() {
  std::error_code problem;
  return location().engine != storage::Location::Engine::sqlite ||
         std::filesystem::exists(location_->path, problem) || problem;
}

storage::Database& Context::database_or_empty(storage::Access access) {
  if (!database_exists()) {
    database_ = storage::open_database(storage::parse_location(":memory:"), {});
  }
  return database(access);
}

chat::Runtime Context::runtime(storage::Access access) {
  if (!client_) client_ = http::make_curl_client({settings_.allows_private_networks()});
  return {database(access),  *clock_,       *ids_,
          random_,           client_.get(), [this](std::string_view line) { notify(line); },
          provider_context()};
}

providers::ProviderContext Context::provider_context() {
  const auto variable = [this](std::string_view name) -> std::optional<std::string> {
    const auto found = settings_.environment().find(name);
    if (found == settings_.environment().end() || found->second.empty()) return std::nullopt;
    return found->second;
  };
  const auto credentials = std::make_shared<config::Credentials>(settings_.credentials(), variable);
  return {[credentials](std::string_view name, std::string_view url) {
            return credentials->find(name, url);
          },
          variable, [this] { return clock_->now(); }};
}

std::string Context::database_line() {
  return fmt::format("{} (from {})", location().display, database_setting_->source);
}

output::Style Context::style() {
  output::Style style;
  style.format = format_;
  style.columns = options_.columns;
  style.header = !options_.no_header;
  style.to_terminal = prints_to_terminal();
  style.width = style.to_terminal ? terminal_width(STDOUT_FILENO) : 80;
  style.color = wants_color(settings_);
  if (location_) {
    style.database = location_->display;
    style.database_source = database_setting_->source;
  }
  return style;
}

void Context::print(const output::Report& report) {
  progress_.reset();
  output::print(out_, report, style());
  require_written(out_);
}

void Context::write(const std::function<void(std::ostream&)>& writer) {
  try {
    const ThrowingStream throwing(out_);
    writer(out_);
    out_.flush();
  } catch (const std::ios::failure&) {
    // out_ knows why.
  }
  progress_.reset();
  require_written(out_);
}

void Context::show(std::string_view piece) {
  out_ << (prints_to_terminal() ? output::sanitize(piece, true) : std::string(piece)) << std::flush;
  require_written(out_);
}

bool Context::prints_to_terminal() const { return isatty(STDOUT_FILENO) != 0; }

void Context::check_columns(const output::Report& report) const {
  output::check_columns(report, options_.columns);
}

std::string Context::actor(const std::optional<std::string>& named) const {
  if (named && trim(*named).empty()) throw Error(ErrorKind::usage, "--actor names nobody");
  return named ? *named : settings_.actor();
}

void Context::say(std::string_view line) {
  if (progress_) progress_->erase();
  err_ << "llmctl: " << output::sanitize(line, false) << '\n' << std::flush;
}

void Context::notify(std::string_view line) {
  if (!options_.quiet) say(line);
}

ProgressCallback Context::progress(const std::string& task) {
  progress_.reset();
  if (options_.quiet || !can_redraw(STDERR_FILENO, settings_.environment())) return {};
  progress_ = std::make_unique<output::Progress>(err_, task, *real_clock_, progress_width);
  return [this](std::size_t done, std::size_t total) {
    if (progress_) progress_->update(done, total);
  };
}

void Context::report_database() {
  const bool wrote = made_file_ || (database_ && database_->has_written());
  if (location_ && (options_.verbose || wrote)) notify("database: " + database_line());
}

}  // namespace llmctl::cli
