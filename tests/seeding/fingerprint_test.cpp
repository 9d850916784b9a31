#include "seeding/fingerprint.h"

#include <catch2/catch.hpp>

#include "tests/support/database.h"

namespace llmctl::seeding {
namespace {

using test::TemporaryDirectory;

const std::vector<std::string> ada{"actor=ada"};

TEST_CASE("a fingerprint is that of the texts, their order and the settings, not of the names") {
  const SeedSource a{"a.yaml", "one", "."};
  const SeedSource b{"b.yaml", "two", "."};
  const SeedSource renamed{"c.yaml", "one", "elsewhere"};
  const SeedSource both{"a.yaml", "onetwo", "."};
  const std::string original = fingerprint({a, b}, ada);
  CHECK(original.size() == 64);
  CHECK(original == fingerprint({a, b}, ada));
  CHECK(original == fingerprint({renamed, b}, ada));
  CHECK(original != fingerprint({b, a}, ada));
  CHECK(original != fingerprint({both}, ada));
  CHECK(original != fingerprint({a}, ada));
  CHECK(original != fingerprint({a, b}, {}));
  CHECK(original != fingerprint({a, b}, {"actor=bob"}));
  CHECK(original != fingerprint({a, b}, {"actor=ada", "x=1"}));
}

TEST_CASE("a file in JSON Lines has a fingerprint however large it is") {
  const TemporaryDirectory directory;
  const auto path = directory.write("large.jsonl", "");
  std::filesystem::resize_file(path, std::uintmax_t{65} << 20);
  const SeedSource large{"large.jsonl", "", directory.path(), path};
  const std::string before = fingerprint({large}, ada);
  std::filesystem::resize_file(path, (std::uintmax_t{65} << 20) + 1);
  CHECK(before != fingerprint({large}, ada));
}

constexpr std::string_view with_prompt = R"(llmctl: seed/1
agents:
  helper:
    name: Helper
    system_prompt: {file: prompts/helper.md}
)";

std::vector<SeedSource> sources_in(const TemporaryDirectory& directory) {
  return {{"first.yaml", "llmctl: seed/1\n", directory.path()},
          {"helper.yaml", std::string(with_prompt), directory.path() / "seeds"}};
}

TEST_CASE("a change of an included file changes the fingerprint, in every checkout") {
  const TemporaryDirectory directory;
  const auto prompt = directory.write("seeds/prompts/helper.md", "Help.");
  const auto sources = sources_in(directory);
  const SeedSet set = load(sources);
  const std::string list = list_included(set);
  CHECK(list == std::string("1 prompts/helper.md\0", 20));
  const auto key = fingerprint_with_listed("key", sources, list);
  REQUIRE(key);
  CHECK(key == fingerprint_with_listed("key", sources, list));
  CHECK(key == fingerprint_with_included("key", set));
  CHECK(key != fingerprint_with_listed("other", sources, list));

  const TemporaryDirectory other;
  other.write("seeds/prompts/helper.md", "Help.");
  CHECK(key == fingerprint_with_listed("key", sources_in(other), list));

  directory.write("seeds/prompts/helper.md", "Help!");
  CHECK(key != fingerprint_with_listed("key", sources, list));
  // What was loaded counts, not what came later.
  CHECK(key == fingerprint_with_included("key", set));
  std::filesystem::remove(prompt);
  CHECK_FALSE(fingerprint_with_listed("key", sources, list));
}

TEST_CASE("of files in one directory, the one that includes is noted") {
  const TemporaryDirectory one;
  const TemporaryDirectory other;
  const std::string plain = "llmctl: seed/1\n";
  one.write("prompts/helper.md", "Help.");
  other.write("prompts/helper.md", "Do not help.");
  const std::vector<SeedSource> together{{"a.yaml", plain, one.path()},
                                         {"b.yaml", std::string(with_prompt), one.path()}};
  const SeedSet set = load(together);
  const std::string list = list_included(set);
  const std::string key = fingerprint_with_included("key", set);
  CHECK(fingerprint_with_listed("key", together, list) == key);
  const std::vector<SeedSource> apart{{"a.yaml", plain, one.path()},
                                      {"b.yaml", std::string(with_prompt), other.path()}};
  CHECK(fingerprint_with_listed("key", apart, list) != key);
}

TEST_CASE("files that include nothing have an empty list") {
  CHECK(list_included(load(builtin_sources())) == "");
}

TEST_CASE("a list that makes no sense gives no fingerprint") {
  const TemporaryDirectory directory;
  const auto sources = sources_in(directory);
  for (const char* list : {"x", "7 a.md", "1", "1 ../a.md", "-1 a.md"}) {
    INFO(list);
    CHECK_FALSE(fingerprint_with_listed("key", sources, std::string(list) + '\0'));
  }
}

}  // namespace
}  // namespace llmctl::seeding
