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

/// For errors that come before settings are read: the option or the variable, if it makes sense.
std::string early_error_format(const std::vector<std::string>& args) {
  const char* variable = std::getenv("LLMCTL_ERROR_FORMAT");
  std::string format = variable != nullptr ? variable : "";
  constexpr std::string_view option = "--error-format";
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i] == option && i + 1 < args.size()) format = args[i + 1];
    if (args[i].starts_with(option) && args[i][option.size()] == '=')
      format = args[i].substr(option.size() + 1);
  }
  return format;
}

int run_verb(const Invocation& invocation, OutputStream& out, std::ostream& err,
             std::string& error_format) {
  Context context(invocation.tree->globals(), out, err);
  error_format = context.error_format();
  if (context.timeout() && !invocation.command->keeps_timeout) limit_run_time(*context.timeout());
  try {
    invocation.verb->run(context);
  } catch (const Error&) {
    context.report_database();
    throw;
  }
  context.report_database();
  return context.exit_code();
}

int run_words(const std::vector<std::string>& args, OutputStream& out, std::ostream& err,
              std::string& error_format) {
  if (!args.empty() && args.front() == "__complete") {
    for (const std::string& candidate : complete({args.begin() + 1, args.end()}))
      out << candidate << '\n';
    return 0;
  }
  const Invocation invocation = parse_command_line(args);
  if (invocation.verb != nullptr) return run_verb(invocation, out, err, error_format);
  out << invocation.text;
  require_written(out);
  return 0;
}

}  // namespace

int run(int argc, const char* const* argv, OutputStream& out, std::ostream& err) {
  std::ios::sync_with_stdio(false);
  install_signal_handlers();
  const std::vector<std::string> args(argv + 1, argv + argc);
  std::string format = early_error_format(args);
  try {
    return run_words(args, out, err, format);
  } catch (const Error& error) {
    out.flush();
    print_error(err, error, format);
    return exit_code(error.kind);
  } catch (const std::exception& problem) {
    out.flush();
    print_error(
        err,
        Error(ErrorKind::internal, problem.what(), "this is a bug in llmctl: please report it"),
        format);
    return exit_code(ErrorKind::internal);
  }
}

}  // namespace llmctl::cli
