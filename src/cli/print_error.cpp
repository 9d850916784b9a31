#include "cli/print_error.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "output/sanitize.h"

namespace llmctl::cli {
namespace {

std::string_view name_of(const Error& error) {
  return error.name.empty() ? kind_name(error.kind) : std::string_view(error.name);
}

void print_text(std::ostream& err, const Error& error) {
  for (const ErrorDetail& detail : error.details)
    err << output::sanitize(to_string(detail), false) << '\n';
  err << "llmctl: error: " << output::sanitize(error.what(), false) << '\n';
  if (!error.hint.empty()) err << "hint: " << output::sanitize(error.hint, false) << '\n';
}

void print_json(std::ostream& err, const Error& error) {
  nlohmann::ordered_json details = nlohmann::ordered_json::array();
  for (const ErrorDetail& detail : error.details) {
    details.push_back({{"file", detail.file},
                       {"line", detail.line},
                       {"column", detail.column},
                       {"message", detail.message}});
  }
  const nlohmann::ordered_json object{
      {"error",
       {{"kind", name_of(error)},
        {"message", error.what()},
        {"hint", error.hint},
        {"exit", exit_code(error.kind)},
        {"stage",
         error.stage.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(error.stage)},
        {"details", details}}}};
  err << object.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

/// GitHub's workflow commands: %, CR and LF are escaped in messages, colons and commas too in
/// properties.
std::string github_escaped(std::string_view text, bool property) {
  std::string escaped;
  for (const char c : text) {
    const bool escape = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    escaped += escape ? fmt::format("%{:02X}", c) : std::string(1, c);
  }
  return escaped;
}

void print_github(std::ostream& err, const Error& error) {
  for (const ErrorDetail& detail : error.details) {
    err << fmt::format("::error file={},line={},col={}::{}\n", github_escaped(detail.file, true),
                       detail.line, detail.column, github_escaped(detail.message, false));
  }
  std::string message = error.what();
  if (!error.hint.empty()) message += fmt::format(" (hint: {})", error.hint);
  err << fmt::format("::error title=llmctl::{}\n", github_escaped(message, false));
}

}  // namespace

void print_error(std::ostream& err, const Error& error, std::string_view format) {
  if (format == "json") return print_json(err, error);
  if (format == "github") return print_github(err, error);
  print_text(err, error);
}

}  // namespace llmctl::cli
