#include "cli/confirm.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "base/error.h"
#include "base/input.h"
#include "base/text.h"
#include "output/sanitize.h"

namespace llmctl::cli {

void confirm(const std::string& what) {
  const std::string shown = output::sanitize(what, false);
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
    throw Error(ErrorKind::refused, fmt::format("this needs a yes: {}", what),
                "--yes says it; --dry-run shows what would be done");
  }
  std::cerr << shown << "? [y/N] " << std::flush;
  const std::string answer = read_terminal_line();
  const std::string word = to_lower_ascii(trim(answer));
  if (word != "y" && word != "yes")
    throw Error(ErrorKind::refused, "nothing was done, because nobody said yes");
}

}  // namespace llmctl::cli
