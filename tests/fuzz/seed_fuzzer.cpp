// Any bytes as a seed file: `./dev fuzz seed`. They are a seed set, or they get an error that says
// where and what; nothing else may happen.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "seeding/checks.h"
#include "seeding/seed_set.h"
#include "yaml/json_lines.h"
#include "yaml/reader.h"

namespace llmctl {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

void check(const Error& error) {
  require(error.kind == ErrorKind::invalid_data, "bad bytes are invalid data");
  require(!error.details.empty(), "an error says where");
  for (const ErrorDetail& detail : error.details) {
    require(detail.line >= 1 && detail.column >= 1, "lines and columns count from 1");
    require(!find_invalid_utf8(detail.message), "messages are UTF-8");
  }
}

void check(const yaml::Node& node) {
  require(!find_invalid_utf8(node.text), "text is UTF-8");
  require(node.text.find('\0') == std::string::npos, "text holds no NUL");
  require(node.mark.line >= 1 && node.mark.column >= 1, "nodes have a position");
  for (const yaml::Node& item : node.items) check(item);
  for (const yaml::Entry& entry : node.entries) {
    require(!find_invalid_utf8(entry.key), "keys are UTF-8");
    check(entry.value);
  }
}

template <class Read>
void expect_error_at_most(Read read) {
  try {
    read();
  } catch (const Error& error) {
    check(error);
  }
}

void read_as_nodes(const std::string& text) {
  yaml::Problems problems("seed");
  expect_error_at_most([&] { check(yaml::parse(text, problems)); });
  if (text.starts_with('{')) {
    expect_error_at_most([&] { check(yaml::parse_json_line(text, 1, problems)); });
  }
}

void read_as_seeds(const std::string& file, const std::string& text) {
  static const seeding::SeedSet builtin = seeding::load(seeding::builtin_sources());
  static const seeding::Known known = seeding::known_in(builtin);
  expect_error_at_most([&] { seeding::load({{file, text, {}}}, {nullptr, &known}); });
}

}  // namespace
}  // namespace llmctl

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  llmctl::read_as_nodes(text);
  llmctl::read_as_seeds("seed.yaml", text);
  if (text.starts_with('{')) llmctl::read_as_seeds("seed.jsonl", text);
  return 0;
}
