#include "base/input.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/signals.h"

namespace llmctl {

std::string read_standard_input(std::size_t limit) {
  std::string text;
  std::vector<char> chunk(1 << 16);
  while (text.size() <= limit) {
    throw_if_interrupted();
    const ssize_t got = read(STDIN_FILENO, chunk.data(), chunk.size());
    if (got == 0) break;
    if (got > 0) {
      text.append(chunk.data(), static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      throw Error(ErrorKind::io, std::string("cannot read stdin: ") + std::strerror(errno));
    }
  }
  // Whoever interrupts a pipeline ends the writer too, which looks like the end of the input.
  throw_if_interrupted();
  return text;
}

std::string read_terminal_line() {
  // A terminal hands out a line at a time.
  std::string line(1024, '\0');
  while (true) {
    throw_if_interrupted();
    const ssize_t got = read(STDIN_FILENO, line.data(), line.size());
    if (got >= 0) {
      line.resize(static_cast<std::size_t>(got));
      return line;
    }
    if (errno != EINTR)
      throw Error(ErrorKind::io, std::string("cannot read stdin: ") + std::strerror(errno));
  }
}

}  // namespace llmctl
