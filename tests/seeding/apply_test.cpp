#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "seeding/plan.h"
#include "storage/catalog.h"
#include "storage/revisions.h"
#include "storage/seed_objects.h"
#include "tests/support/database.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using test::TemporaryDirectory;

const Timestamp first_time = *parse_rfc3339("2026-10-01T12:00:00Z");
const Timestamp later_time = *parse_rfc3339("2026-10-02T12:00:00.5Z");

SeedSet seeds(const std::string& body) {
  return load({{"f.yaml", fmt::format("llmctl: seed/1\nset: demo\n{}", body), {}, {}}});
}

SeedPlan apply_at(storage::Database& database, const SeedSet& set, Timestamp now,
                  const std::string& actor, const PlanOptions& options = {}) {
  return apply(database, set, {options, now, actor, {}});
}

/// A provider "a" that somebody else wrote.
LlmProvider foreign_row(std::string_view name, std::string_view configuration) {
  LlmProvider row;
  row.id = std::string_view("a");
  row.name = name;
  row.provider_type = std::string_view("openai");
  row.configuration.text = configuration;
  row.created_at = row.updated_at = first_time;
  return row;
}

std::int64_t count(storage::Database& database, const std::string& table) {
  return *storage::find_one(database, fmt::format("SELECT COUNT(*) FROM {}", table), {},
                            [](const storage::Row& row) { return row.integer(0); });
}

/// All files of the database: the main one and what SQLite keeps beside it.
std::string bytes_of(const TemporaryDirectory& directory) {
  std::string bytes;
  for (const char* name : {"test.db", "test.db-wal"}) {
    if (std::filesystem::exists(directory / name)) bytes += test::read_file(directory / name);
  }
  return bytes;
}

TEST_CASE("the built-in seeds create everything on an empty database") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  const SeedPlan result = apply_at(*database, load(builtin_sources()), first_time, "ada");
  CHECK(result.count(Action::create) == 8);
  CHECK(result.count(Action::update) == 0);
  CHECK(result.changes.size() == 8);
  CHECK(result.differs());

  const auto dummy = storage::find<LlmProvider>(*database, "dummy");
  REQUIRE(dummy);
  CHECK(dummy->name == "Dummy LLM");
  CHECK(dummy->provider_type == "custom");
  CHECK(dummy->min_role == "PROTEGRITY");
  CHECK_FALSE(dummy->cost_per_1k_input_tokens);
  CHECK(dummy->created_at == first_time);
  CHECK(dummy->updated_at == first_time);
  CHECK(storage::find<Agent>(*database, "data-protection-expert")->default_llm == "dummy");

  const auto owned = storage::find_seed_object(*database, "core", "llm_providers", "dummy");
  REQUIRE(owned);
  CHECK(owned->created);
  CHECK(owned->applied_at == first_time);
  CHECK(nlohmann::json::parse(owned->applied.text).at("max_tokens") == 4096);
  CHECK_FALSE(nlohmann::json::parse(owned->applied.text).contains("display_order"));

  const auto revision = storage::latest_revision(*database, "llm_providers", "dummy");
  REQUIRE(revision);
  CHECK(revision->actor == "ada");
  CHECK(revision->reason == "seed core");
  CHECK(count(*database, "llmctl_revisions") == 8);
}

TEST_CASE("a second run changes nothing, takes no lock and leaves the same bytes") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  apply_at(*database, load(builtin_sources()), first_time, "ada");
  const std::string before = bytes_of(directory);

  const auto other = test::open_test_database(directory, storage::Access::read_write);
  const storage::Transaction writer(*other);
  const SeedPlan result = apply_at(*database, load(builtin_sources()), later_time, "bob");
  CHECK(result.count(Action::unchanged) == 8);
  CHECK_FALSE(result.differs());
  CHECK_FALSE(result.writes);
  CHECK(bytes_of(directory) == before);
}

TEST_CASE("a plan needs no write access and says field by field what would change") {
  const TemporaryDirectory directory;
  {
    const auto database = test::migrated_database(directory);
    apply_at(
        *database,
        seeds(
            "llm_providers:\n  a: {name: A, provider_type: openai, configuration: {x: 1, y: 2}}\n"),
        first_time, "ada");
  }
  const auto database = test::open_test_database(directory, storage::Access::read_only);
  const SeedPlan plan = make_plan(*database, seeds(R"(llm_providers:
  a: {name: B, provider_type: openai, configuration: {y: 2, x: 1.0}, cost_per_1k_input_tokens: "0.5"}
agents:
  new: {name: N, allowed_llms: [a]}
)"));
  REQUIRE(plan.changes.size() == 2);
  CHECK(plan.writes);
  CHECK(plan.count(Action::update) == 1);
  CHECK(plan.count(Action::create) == 1);
  const Change& update = plan.changes[0];
  CHECK(action_name(update.action) == "update");
  REQUIRE(update.fields.size() == 2);
  CHECK(update.fields[0].name == "name");
  CHECK(update.fields[0].applied == "\"A\"");
  CHECK(update.fields[0].live == "\"A\"");
  CHECK(update.fields[0].desired == "\"B\"");
  CHECK(update.fields[1].name == "cost_per_1k_input_tokens");
  CHECK_FALSE(update.fields[1].applied);
  CHECK(update.fields[1].live == "null");
  CHECK(update.fields[1].desired == "\"0.500000\"");
  CHECK(plan.changes[1].kind == "agents");
  CHECK(plan.changes[1].fields.empty());

  PlanOptions with_values;
  with_values.values_of_new = true;
  const SeedPlan whole =
      make_plan(*database, seeds("agents:\n  new: {name: N, allowed_llms: [a]}\n"), with_values);
  const Change& create = whole.changes.at(0);
  REQUIRE(create.fields.size() == 2);
  CHECK(create.fields[1].name == "allowed_llms");
  CHECK_FALSE(create.fields[1].live);
  CHECK(create.fields[1].desired == "[\"a\"]");
}

TEST_CASE("a key that the file leaves out keeps its value") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  apply_at(*database, seeds(R"(llm_providers:
  a: {name: A, provider_type: openai, max_tokens: 7}
tools:
  t: {name: T}
agents:
  g: {name: G, default_llm: a, allowed_llms: [a], tools: [t]}
)"),
           first_time, "ada");
  const SeedPlan result = apply_at(
      *database, seeds("llm_providers:\n  a: {name: B}\nagents:\n  g: {allowed_llms: []}\n"),
      later_time, "bob");
  CHECK(result.count(Action::update) == 2);
  const auto provider = storage::find<LlmProvider>(*database, "a");
  CHECK(provider->name == "B");
  CHECK(provider->max_tokens == 7);
  CHECK(provider->created_at == first_time);
  CHECK(provider->updated_at == later_time);
  const auto agent = storage::find<Agent>(*database, "g");
  CHECK(agent->default_llm == "a");
  CHECK(agent->allowed_llms.empty());
  CHECK(agent->tools == std::vector<std::string>{"t"});
  CHECK(storage::find<Tool>(*database, "t")->updated_at == first_time);
}

TEST_CASE("what somebody else wrote is kept as a revision before it is overwritten") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  storage::insert(*database, foreign_row("Theirs", "{}"));

  const SeedPlan result =
      apply_at(*database, seeds("llm_providers:\n  a: {name: Ours, provider_type: openai}\n"),
               later_time, "ada");
  CHECK(result.count(Action::update) == 1);
  REQUIRE(count(*database, "llmctl_revisions") == 2);
  const auto found = storage::find_revision(*database, 1);
  CHECK(found->actor == storage::outside_llmctl);
  CHECK(nlohmann::json::parse(found->content.text).at("name") == "Theirs");
  CHECK(nlohmann::json::parse(storage::find_revision(*database, 2)->content.text).at("name") ==
        "Ours");
}

TEST_CASE("an object that already is as the file wants it is taken note of, not written") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  const LlmProvider same = foreign_row("A", R"({ "b": 1,  "a": 2 })");
  storage::insert(*database, same);
  const SeedSet set =
      seeds("llm_providers:\n  a: {name: A, provider_type: openai, configuration: {a: 2, b: 1}}\n");

  const SeedPlan result = apply_at(*database, set, later_time, "ada");
  CHECK(result.count(Action::unchanged) == 1);
  CHECK(result.writes);
  CHECK_FALSE(result.differs());
  CHECK_FALSE(storage::find_seed_object(*database, "demo", "llm_providers", "a")->created);
  const auto row = storage::find<LlmProvider>(*database, "a");
  CHECK(row->updated_at == first_time);
  CHECK(row->configuration.text == same.configuration.text);
  CHECK(count(*database, "llmctl_revisions") == 0);
  CHECK_FALSE(apply_at(*database, set, later_time, "ada").writes);
}

TEST_CASE("references may lead into the database, and nowhere else") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  apply_at(*database, seeds("llm_providers:\n  known: {name: K, provider_type: openai}\n"),
           first_time, "ada");
  CHECK(
      apply_at(*database, seeds("agents:\n  a: {name: A, default_llm: known}\n"), first_time, "ada")
          .count(Action::create) == 1);
  try {
    apply_at(*database, seeds("agents:\n  b: {default_llm: knwon, tools: [x]}\n"), first_time,
             "ada");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::invalid_data);
    REQUIRE(error.details.size() == 3);
    CHECK(to_string(error.details[0]) == "f.yaml:4:3: agent 'b': a new one needs 'name'");
    CHECK(to_string(error.details[1]) ==
          "f.yaml:4:20: default_llm: there is no provider 'knwon', did you mean 'known'?");
    CHECK(to_string(error.details[2]) == "f.yaml:4:35: tools: there is no tool 'x'");
  }
  CHECK_FALSE(storage::find<Agent>(*database, "b"));
}

TEST_CASE("a plan masks a secret that the database holds") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  storage::insert(
      *database,
      foreign_row("A", R"({"api_key":"canary","headers":["sk-canary-0123456789abcdef"]})"));
  const SeedPlan plan = make_plan(*database, seeds("llm_providers:\n  a: {configuration: {}}\n"));
  REQUIRE(plan.changes[0].fields.size() == 1);
  CHECK(plan.changes[0].fields[0].live == R"x({"api_key":"(secret)","headers":["(secret)"]})x");
}

TEST_CASE("an apply that fails leaves nothing behind") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  database->execute_script(
      "CREATE TRIGGER fail BEFORE INSERT ON agents BEGIN SELECT RAISE(ABORT, 'refused by a test'); "
      "END;",
      "trigger");
  CHECK_THROWS_AS(apply_at(*database, load(builtin_sources()), first_time, "ada"), Error);
  for (const char* table : {"llm_providers", "agents", "llmctl_revisions", "llmctl_seed_objects"}) {
    CHECK(count(*database, table) == 0);
  }
}

TEST_CASE("many runners at once seed exactly once") {
  const TemporaryDirectory directory;
  test::migrated_database(directory);
  constexpr int runners = 8;
  std::vector<std::thread> threads;
  std::vector<std::size_t> created(runners, 0);
  std::vector<std::string> errors(runners);
  for (int i = 0; i < runners; ++i) {
    threads.emplace_back([&, i] {
      try {
        const auto database = test::open_test_database(directory, storage::Access::read_write);
        created[i] =
            apply_at(*database, load(builtin_sources()), first_time, "ada").count(Action::create);
      } catch (const std::exception& error) {
        errors[i] = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t total = 0;
  for (const std::size_t n : created) total += n;
  CHECK(total == 8);
  CHECK(errors == std::vector<std::string>(runners));
  const auto database = test::open_test_database(directory, storage::Access::read_only);
  CHECK(count(*database, "llmctl_revisions") == 8);
}

}  // namespace
}  // namespace llmctl::seeding
