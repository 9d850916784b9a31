#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <thread>

#include "seeding/fingerprint.h"
#include "seeding/seed_set.h"
#include "storage/staging.h"
#include "tests/support/chat.h"

namespace llmctl::seeding {
namespace {

using test::TemporaryDirectory;

/// What a named pipe becomes as a source, when this text is written to it once.
SeedSource source_of_pipe(const std::filesystem::path& pipe, std::string_view text) {
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << text; });
  std::vector<SeedSource> sources = read_sources({pipe.string()}, std::cin);
  writer.join();
  REQUIRE(sources.size() == 1);
  return sources[0];
}

TEST_CASE("a pipe is read once, however often its text is needed") {
  const TemporaryDirectory directory;
  const std::string text = "llmctl: seed/1\ntools:\n  t: {name: T}\n";
  const SeedSource source = source_of_pipe(directory / "pipe", text);
  const std::string key = fingerprint({source}, {});
  CHECK(load({source}).staging != nullptr);
  CHECK(storage::is_staged(*load({source}).staging, "tools", "t"));
  CHECK(fingerprint({source}, {}) == key);
  CHECK(key == fingerprint({{"f.yaml", text, {}, {}}}, {}));
}

TEST_CASE("JSON Lines from a pipe are known by what they are") {
  const TemporaryDirectory directory;
  const SeedSource source = source_of_pipe(
      directory / "pipe", "{\"llmctl\":\"seed/1\"}\n{\"tools\":{\"t\":{\"name\":\"T\"}}}\n");
  CHECK(source.is_json_lines());
  CHECK(storage::is_staged(*load({source}).staging, "tools", "t"));
}

TEST_CASE("a seed file from a pipe includes nothing: it lies in no directory") {
  const TemporaryDirectory directory;
  directory.write("p.md", "Help.");
  const SeedSource source = source_of_pipe(
      directory / "pipe", "llmctl: seed/1\nagents:\n  a: {name: A, system_prompt: {file: p.md}}\n");
  const Error error = test::error_from([&] { load({source}); });
  REQUIRE(error.details.size() == 1);
  CHECK_THAT(error.details[0].message,
             Catch::Contains("only a seed file on disk can include files"));
}

}  // namespace
}  // namespace llmctl::seeding
