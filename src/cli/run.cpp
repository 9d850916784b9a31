#include "cli/run.h"

#include <string>
#include <vector>

#include "base/error.h"
#include "base/signals.h"
#include "cli/command_line.h"
#include "cli/complete.h"
#include "cli/context.h"
#include "cli/print_error.h"

namespace llmctl::cli {
namespace {

/// Errors may come before settings are read, so this looks at the words and the variable itself.
std::string error_format(const std::vector<std::string>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--error-format" && i + 1 < args.size()) return args[i + 1];
    if (args[i].starts_with("--error-format=")) return args[i].substr(std::string_view("--error-format=").size());
  }
  const char* variable = std::getenv("LLMCTL_ERROR_FORMAT");
  return variable != nullptr ? variable : "text";
}

void require_error_format(const std::string& format) {
  if (format == "text" || format == "json" || format == "github") return;
  throw Error(ErrorKind::usage, "unknown error format '" + format + "'", "text, json or github");
}

int run_verb(const Invocation& invocation, std::ostream& out, std::ostream& err) {
  Context context(invocation.tree->globals(), out, err);
  try {
    invocation.verb->run(context);
    throw_if_interrupted();
  } catch (const Error&) {
    context.report_database();
    throw;
  }
  context.report_database();
  return context.exit_code();
}

int run_words(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  if (!args.empty() && args.front() == "__complete") {
    for (const std::string& candidate : complete({args.begin() + 1, args.end()})) out << candidate << '\n';
    return 0;
  }
  const Invocation invocation = parse_command_line(args);
  if (invocation.verb != nullptr) return run_verb(invocation, out, err);
  out << invocation.text << std::flush;
  return 0;
}

}  // namespace

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  std::ios::sync_with_stdio(false);
  install_signal_handlers();
  const std::vector<std::string> args(argv + 1, argv + argc);
  std::string format = error_format(args);
  try {
    if (format != "text") require_error_format(format);
    return run_words(args, out, err);
  } catch (const Error& error) {
    out.flush();
    print_error(err, error, format);
    return exit_code(error.kind);
  } catch (const std::exception& problem) {
    out.flush();
    print_error(err, Error(ErrorKind::internal, problem.what(), "this is a bug in llmctl: please report it"), format);
    return exit_code(ErrorKind::internal);
  }
}

}  // namespace llmctl::cli
