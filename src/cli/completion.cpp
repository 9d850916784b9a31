#include <fmt/format.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"

namespace llmctl::cli {
namespace {

struct CompletionOptions {
  std::string shell;
};

// The shells ask the program itself, so that no list of commands has to be kept in step with it.
constexpr std::string_view bash_script = R"(_llmctl() {
  local IFS=$'\n'
  COMPREPLY=($(llmctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _llmctl llmctl
)";

constexpr std::string_view zsh_script = R"(#compdef llmctl
_llmctl() {
  local -a found
  found=("${(@f)$(llmctl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
}
if [[ "${funcstack[1]}" == _llmctl ]]; then _llmctl "$@"; else compdef _llmctl llmctl; fi
)";

constexpr std::string_view fish_script = R"(function __llmctl_complete
  set -l words (commandline -opc) (commandline -ct)
  llmctl __complete $words[2..-1] 2>/dev/null
end
complete -c llmctl -a '(__llmctl_complete)'
)";

void completion(const CompletionOptions& options, Context& context) {
  output::Report report;
  report.name = "completion";
  report.single = true;
  report.columns = {{"shell"}, {"script"}};
  std::string_view script;
  if (options.shell == "bash") script = bash_script;
  if (options.shell == "zsh") script = zsh_script;
  if (options.shell == "fish") script = fish_script;
  if (script.empty()) {
    throw Error(ErrorKind::usage, fmt::format("no completion for shell '{}'", options.shell),
                "bash, zsh or fish");
  }
  report.rows = {{options.shell, std::string(script)}};
  report.text = std::string(script);
  context.print(report);
}

}  // namespace

void build_completion(Noun& noun) {
  auto& verb = noun.alone<CompletionOptions>(completion);
  verb.app.add_option("SHELL", verb.options.shell, "bash, zsh or fish")
      ->required()
      ->type_name("bash|zsh|fish");
}

}  // namespace llmctl::cli
