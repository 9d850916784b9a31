#include "seeding/seed_set.h"

#include <bit>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "storage/staging.h"
#include "tests/support/database.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using test::TemporaryDirectory;

SeedSource source(const std::string& body, const std::string& name = "f.yaml") {
  return {name, "llmctl: seed/1\n" + body, {}, {}};
}

/// What the set asks for, of one kind.
template <class Record>
std::vector<storage::Staged<Record>> staged(const SeedSet& set) {
  return storage::staged_behind<Record>(*set.staging, 0, 1000);
}

template <class Record>
bool names(const storage::Staged<Record>& object, std::string_view field) {
  return (object.named & model::bit_of<Record>(field)) != 0;
}

template <class Record>
int count_named(const storage::Staged<Record>& object) {
  return std::popcount(static_cast<std::uint64_t>(object.named));
}

std::string set_of(const SeedSet& set, const storage::StagedPlace& place) {
  return set.files.at(static_cast<std::size_t>(place.file)).seed_set;
}

/// Every problem, one a line; empty when the sources are fine.
std::string problems_of(const std::vector<SeedSource>& sources) {
  Variables none;
  try {
    validate(sources, none);
    return "";
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::invalid_data);
    std::string result;
    for (const ErrorDetail& detail : error.details) result += to_string(detail) + "\n";
    return result;
  }
}

TEST_CASE("the built-in seeds are valid and need no network") {
  const SeedSet set = load(builtin_sources());
  CHECK(set.names == std::vector<std::string>{"core"});
  Variables none;
  const SeedCounts counts = validate(builtin_sources(), none);
  CHECK(counts.llm_providers == 6);
  CHECK(counts.agents == 2);
  CHECK(counts.tools == 0);
  for (const auto& provider : staged<LlmProvider>(set)) {
    INFO(provider.record.id);
    CHECK(provider.record.is_active == (provider.record.id == "dummy"));
    CHECK_FALSE(names(provider, "cost_per_1k_input_tokens"));
  }
  for (const auto& agent : staged<Agent>(set)) {
    CHECK(agent.record.default_llm == "dummy");
    CHECK_FALSE(names(agent, "allowed_llms"));
  }
}

TEST_CASE("every field of the tables can be read") {
  const SeedSet set = load({source(R"(set: demo
llm_providers:
  a: {name: A, provider_type: openai, description: d, model_identifier: m, is_active: false, requires_polling: true,
      max_tokens: 5, supports_streaming: true, cost_per_1k_input_tokens: "0.5", cost_per_1k_output_tokens: null,
      configuration: {base_url: https://example.com/v1, retries: 3}, min_role: STANDARD, display_order: -1}
agents:
  b: {name: B, description: d, system_prompt: s, default_llm: a, is_active: false, min_role: STANDARD, icon: i,
      color: "#abcDEF", display_order: 2, configuration: {}, allowed_llms: [dummy, a], tools: [c]}
tools:
  c: {name: C, tool_type: api, description: d, function_schema: {type: object}, is_active: false,
      requires_auth: false, min_role: STANDARD, configuration: {x: [1, 2]}}
)")});
  REQUIRE(staged<LlmProvider>(set).size() == 1);
  const auto provider = staged<LlmProvider>(set)[0];
  CHECK(set_of(set, provider.first) == "demo");
  CHECK(count_named(provider) == 13);
  CHECK(provider.record.cost_per_1k_input_tokens == Decimal{500'000});
  CHECK_FALSE(provider.record.cost_per_1k_output_tokens);
  CHECK(provider.record.configuration.text ==
        R"({"base_url":"https://example.com/v1","retries":3})");
  CHECK(provider.record.display_order == -1);
  const auto agent = staged<Agent>(set).at(0);
  CHECK(count_named(agent) == 12);
  CHECK(agent.record.allowed_llms == std::vector<std::string>{"a", "dummy"});
  CHECK(staged<Tool>(set).at(0).record.function_schema.text == R"({"type":"object"})");
}

TEST_CASE("later files win field by field, mappings merge and lists replace") {
  const std::vector<SeedSource> sources{source(R"(set: base
llm_providers:
  a: {name: A, provider_type: openai, max_tokens: 5, configuration: {x: {one: 1, list: [1, 2]}, y: 2}}
agents:
  b: {name: B, default_llm: a, allowed_llms: [a, dummy]}
)"),
                                        source(R"(set: overlay
llm_providers:
  a: {max_tokens: 6, configuration: {x: {two: 2, list: [3]}}}
  extra: {name: E, provider_type: custom}
agents:
  b: {allowed_llms: [], default_llm: null}
)",
                                               "overlay.yaml")};
  Variables none;
  CHECK(validate(sources, none).llm_providers == 2);
  const SeedSet set = load(sources);
  const auto providers = staged<LlmProvider>(set);
  REQUIRE(providers.size() == 2);
  const auto& provider = providers[0];
  CHECK(provider.record.name == "A");
  CHECK(provider.record.max_tokens == 6);
  CHECK(provider.record.configuration.text == R"({"x":{"list":[3],"one":1,"two":2},"y":2})");
  CHECK(set_of(set, provider.first) == "base");
  CHECK(set_of(set, providers[1].first) == "overlay");
  const auto agent = staged<Agent>(set).at(0);
  CHECK(agent.record.allowed_llms.empty());
  CHECK_FALSE(agent.record.default_llm);
  CHECK(set.names == std::vector<std::string>{"base", "overlay"});
}

TEST_CASE("problems of all files are reported together, but only the first syntax error of one") {
  CHECK(problems_of(
            {source("agents:\n  a: {name: 5}\n", "one.yaml"), source("tools: [\n", "two.yaml"),
             source("tools:\n  t: {name: T, requires_auth: yes, colour: x}\n", "three.yaml")}) ==
        "one.yaml:3:13: name: must be text, but '5' may be read as a number: quote it\n"
        "two.yaml:3:1: a '[' is not closed by a ']', or a ',' is missing\n"
        "three.yaml:3:31: requires_auth: must be true or false, not 'yes'\n"
        "three.yaml:3:36: unknown key 'colour'\n");
}

TEST_CASE("an overlay of a built-in object needs no name, a new object does") {
  CHECK(problems_of({source("llm_providers:\n  dummy: {is_active: false}\n")}).empty());
  CHECK(problems_of({source("llm_providers:\n  mine: {is_active: false}\n")}) ==
        "f.yaml:3:3: provider 'mine': a new one needs 'name'\n"
        "f.yaml:3:3: provider 'mine': a new one needs 'provider_type'\n");
}

TEST_CASE("lengths are counted in characters") {
  const auto named = [](const std::string& name) {
    return source("tools:\n  t: {name: \"" + name + "\"}\n");
  };
  std::string hundred;
  for (int i = 0; i < 100; ++i) hundred += "é";
  CHECK(problems_of({named(hundred)}).empty());
  CHECK(problems_of({named(hundred + "é")}) ==
        "f.yaml:3:13: name: has 101 characters, at most 100 fit\n");
}

TEST_CASE("prompts and schemas can be included from below the seed file's directory") {
  const TemporaryDirectory directory;
  directory.write("prompts/expert.md", "\xef\xbb\xbfYou are\r\r\nan\rexpert.\r\n\r\n");
  directory.write("schema.json", R"({"b": 1.0, "a": []})");
  const auto path = directory.write("seed.yaml", R"(llmctl: seed/1
agents:
  a: {name: A, system_prompt: {file: prompts/expert.md}}
tools:
  t: {name: T, function_schema: {file: ./schema.json}}
)");
  std::istringstream none;
  const SeedSet set = load(read_sources({path.string()}, none));
  CHECK(staged<Agent>(set).at(0).record.system_prompt == "You are\r\nan\rexpert.\n\n");
  CHECK(staged<Tool>(set).at(0).record.function_schema.text == R"({"a":[],"b":1})");
}

TEST_CASE("an include cannot leave the directory, follow a link or read what is no text") {
  const TemporaryDirectory directory;
  const TemporaryDirectory outside;
  const auto secret = outside.write("secret.txt", "secret");
  std::filesystem::create_symlink(secret, directory / "link.txt");
  std::filesystem::create_directory_symlink(outside.path(), directory / "linked");
  std::filesystem::create_directory(directory / "folder");
  directory.write("bad.txt", "\xff");
  directory.write("nul.txt", std::string(1, '\0'));
  directory.write("large.txt", std::string(1024 * 1024 + 1, 'x'));
  struct Case {
    std::string path;
    std::string problem;
  };
  const Case cases[] = {
      {"missing.txt", "does not exist below the seed file's directory"},
      {"no/such/file", "does not exist below the seed file's directory"},
      {"../" + outside.path().filename().string() + "/secret.txt",
       "is not a path below the seed file's directory"},
      {"folder/../bad.txt", "is not a path below the seed file's directory"},
      {"/etc/hostname", "is not a path below the seed file's directory"},
      {"link.txt", "leads through a link, and links are not followed"},
      {"linked/secret.txt", "leads through a link, and links are not followed"},
      {"folder", "is not a regular file"},
      {"bad.txt", "is not UTF-8"},
      {"nul.txt", "holds a NUL character"},
      {"large.txt", "is larger than 1 MiB"},
  };
  for (const Case& c : cases) {
    SeedSource seed = source("agents:\n  a: {name: A, system_prompt: {file: " + c.path + "}}\n");
    seed.directory = directory.path();
    CHECK(problems_of({seed}) ==
          "f.yaml:3:38: system_prompt: '" + c.path + "' " + c.problem + "\n");
  }
  CHECK(problems_of({source("agents:\n  a: {name: A, system_prompt: {file: x.md}}\n")}) ==
        "f.yaml:3:38: system_prompt: 'x.md' cannot be included: only a seed file on disk can "
        "include files\n");
}

TEST_CASE("sources are files, directories in name order, and standard input") {
  const TemporaryDirectory directory;
  directory.write("seeds/b.yaml", "b");
  directory.write("seeds/a.yml", "a");
  directory.write("seeds/c.txt", "c");
  directory.write("seeds/.hidden.yaml", "h");
  const auto single = directory.write("single.yaml", "s");
  std::istringstream input("from stdin");
  const auto sources = read_sources({(directory / "seeds").string(), "-", single.string()}, input);
  REQUIRE(sources.size() == 4);
  CHECK(read_text(sources[0]) == "a");
  CHECK(read_text(sources[1]) == "b");
  CHECK(sources[2].name == "stdin");
  CHECK(sources[2].text == "from stdin");
  CHECK(sources[2].directory.empty());
  CHECK(sources[3].name == single.string());
  CHECK(sources[3].directory == directory.path());
}

TEST_CASE("a path that is not there, and a directory without seeds, are not found") {
  const TemporaryDirectory directory;
  std::istringstream none;
  for (const std::string& path : {(directory / "nope.yaml").string(), directory.path().string()}) {
    try {
      read_sources({path}, none);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind == ErrorKind::not_found);
    }
  }
}

TEST_CASE("a refused secret appears in no message") {
  const std::string canary = "sk-canary-0123456789abcdef";
  const std::string bodies[] = {"api_key: " + canary, "deep: {list: [{token: " + canary + "}]}",
                                "base_url: \"https://u:" + canary + "@h/\"", "password: 010",
                                "x: {" + canary + ": 1}"};
  for (const std::string& body : bodies) {
    const std::string problems = problems_of({source(
        "llm_providers:\n  p: {name: P, provider_type: openai, configuration: {" + body + "}}\n")});
    INFO(problems);
    CHECK(problems.find("secret") != std::string::npos);
    CHECK(problems.find("canary") == std::string::npos);
    CHECK(problems.find("010") == std::string::npos);
  }
}

}  // namespace
}  // namespace llmctl::seeding
