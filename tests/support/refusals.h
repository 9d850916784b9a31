#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/inspector.h"
#include "tests/support/program.h"

namespace llmctl::test {

/// A command that must fail, say why, and change nothing.
struct Refusal {
  Program::Arguments arguments;
  int exit_code = 0;
  std::string message;    ///< stderr contains it
  std::string hint = {};  ///< and this
  std::string input = {};
};

inline void check_refusal(const Program& program, const Refusal& refusal) {
  std::string shown;
  for (const std::string& argument : refusal.arguments) shown += argument.substr(0, 200) + " ";
  INFO("llmctl " << shown);
  const std::string before = fingerprint(program.database());
  const ProcessResult result = program.run(refusal.arguments, refusal.input);
  CHECK(result.exit_code == refusal.exit_code);
  CHECK_THAT(result.err, Catch::Contains("llmctl: error: ") && Catch::Contains(refusal.message) &&
                             Catch::Contains(refusal.hint));
  CHECK(result.out == "");
  CHECK(fingerprint(program.database()) == before);
}

}  // namespace llmctl::test
