#include <unistd.h>

#include <iostream>

#include "base/output_stream.h"
#include "cli/run.h"

int main(int argc, char** argv) {
  llmctl::OutputStream out(STDOUT_FILENO);
  return llmctl::cli::run(argc, argv, out, std::cerr);
}
