#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "seeding/plan_file.h"
#include "storage/revisions.h"
#include "storage/seed_objects.h"
#include "tests/seeding/target.h"

/// What becomes of changes that somebody made in the database, and of rows that are the backend's.
namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;

const std::string base = "llm_providers:\n  a: {name: A, provider_type: openai, max_tokens: 1}\n";

TEST_CASE("a field that only the database changed is kept, and said") {
  Target target;
  target.apply(base);
  target.database->execute("UPDATE llm_providers SET name = 'Theirs'");
  const SeedPlan result = target.apply(base);
  REQUIRE(result.count(Action::drifted) == 1);
  CHECK_FALSE(result.writes);
  CHECK(result.differs());
  const FieldChange& field = result.changes[0].fields.at(0);
  CHECK(field.name == "name");
  CHECK(field.applied == "\"A\"");
  CHECK(field.live == "\"Theirs\"");
  CHECK(field.desired == "\"A\"");
  CHECK(field.kept);
  CHECK(target.llm().name == "Theirs");
}

TEST_CASE("a field that the file changed wins, also over a change in the database") {
  Target target;
  target.apply(base);
  target.database->execute("UPDATE llm_providers SET name = 'Theirs', max_tokens = 9");
  const SeedPlan result =
      target.apply("llm_providers:\n  a: {name: New, provider_type: openai, max_tokens: 1}\n");
  REQUIRE(result.count(Action::update) == 1);
  CHECK(target.llm().name == "New");
  CHECK(target.llm().max_tokens == 9);
  REQUIRE(result.changes[0].fields.size() == 2);
  CHECK_FALSE(result.changes[0].fields[0].kept);
  CHECK(result.changes[0].fields[1].kept);
  // What was there before is kept as a revision.
  const auto found = storage::find_revision(*target.database, 2);
  CHECK(found->actor == storage::outside_llmctl);
  CHECK(nlohmann::json::parse(found->content.text).at("name") == "Theirs");
}

TEST_CASE("drift can be overwritten or refused") {
  Target target;
  target.apply(base);
  target.database->execute("UPDATE llm_providers SET name = 'Theirs'");
  try {
    target.apply(base, on_drift(OnDrift::fail));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::refused);
    CHECK_THAT(error.what(), Catch::Contains("llm_providers 'a'"));
  }
  CHECK(target.llm().name == "Theirs");
  CHECK(target.apply(base, on_drift(OnDrift::overwrite)).count(Action::update) == 1);
  CHECK(target.llm().name == "A");
}

TEST_CASE("a row that was deleted in the database stays deleted until the file changes") {
  Target target;
  target.apply(base);
  target.database->execute("DELETE FROM llm_providers");
  const SeedPlan kept = target.apply(base);
  CHECK(kept.count(Action::drifted) == 1);
  CHECK(kept.changes[0].reason == "deleted in the database");
  CHECK_FALSE(target.has("a"));
  CHECK_THROWS_AS(target.apply(base + "agents:\n  g: {name: G, default_llm: a}\n"), Error);
  CHECK_FALSE(storage::find<Agent>(*target.database, "g"));
  CHECK(target.apply(base, on_drift(OnDrift::overwrite)).count(Action::create) == 1);
  CHECK(target.has("a"));
}

TEST_CASE("an agent that was deleted together with its LLM does not miss it") {
  Target target;
  const std::string both =
      base + "agents:\n  g: {name: G, default_llm: a}\n  h: {name: H, default_llm: a}\n";
  target.apply(both);
  target.database->execute("UPDATE agents SET default_llm_id = NULL WHERE id = 'h'");
  target.database->execute("DELETE FROM agents WHERE id = 'g'");
  target.database->execute("DELETE FROM llm_providers");
  CHECK(target.apply(both).count(Action::drifted) == 3);
  // Another field of the one that is still there may change.
  std::string renamed = both;
  renamed.replace(renamed.find("name: H"), 7, "name: I");
  CHECK(target.apply(renamed).count(Action::update) == 1);
  CHECK(storage::find<Agent>(*target.database, "h")->name == "I");
}

TEST_CASE("two sets may set fields of one object, each by what it applied itself") {
  Target target;
  target.apply(seeds(base, "core"));
  target.apply(seeds("llm_providers:\n  a: {max_tokens: 5}\n", "test"));
  CHECK(target.llm().max_tokens == 5);
  const SeedPlan again = target.apply(seeds(base, "core"));
  CHECK(again.count(Action::drifted) == 1);
  CHECK(target.llm().max_tokens == 5);
  for (const char* set : {"core", "test"})
    CHECK(storage::find_seed_object(*target.database, set, "llm_providers", "a"));
  CHECK(storage::seed_sets(*target.database) == std::vector<std::string>{"core", "test"});
}

TEST_CASE("in a database that the backend made, its rows are written only on request") {
  Target target;
  target.adopt();
  LlmProvider theirs;
  theirs.id = std::string_view("a");
  theirs.name = std::string_view("Theirs");
  theirs.provider_type = std::string_view("openai");
  storage::insert(*target.database, theirs);
  const std::string files = base + "  b: {name: B, provider_type: openai}\n";

  PlanOptions refusing;
  refusing.refuse_unowned = true;
  try {
    target.apply(files, refusing);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::refused);
    CHECK_THAT(error.what(), Catch::Contains("llm_providers 'a'"));
    CHECK_THAT(error.hint, Catch::Contains("--take-over"));
  }
  CHECK_FALSE(target.has("b"));

  const SeedPlan leaving = target.apply(files);
  CHECK(leaving.count(Action::unowned) == 1);
  CHECK(leaving.count(Action::create) == 1);
  CHECK(target.llm().name == "Theirs");

  PlanOptions taking_over;
  taking_over.take_over = true;
  CHECK(target.apply(files, taking_over).count(Action::update) == 1);
  CHECK(target.llm().name == "A");
  // It is the set's now: no word is needed any more.
  CHECK(target.apply("llm_providers:\n  a: {name: A2}\n", refusing).count(Action::update) == 1);
}

TEST_CASE("a plan that was kept does what it said, or nothing") {
  Target target;
  target.apply(base);
  const SeedSet wanted = seeds(
      "llm_providers:\n  a: {name: \"Planned ${x:-}$${y}\"}\n"
      "agents:\n  g: {name: G, default_llm: a}\n");
  const SeedPlan plan = make_plan(*target.database, wanted, on_drift(OnDrift::overwrite));
  const PlanFile file =
      read_plan_file("plan.json", plan_file_text(wanted, plan, on_drift(OnDrift::overwrite)));
  CHECK(file.digest == plan.digest);
  CHECK(file.options.on_drift == OnDrift::overwrite);
  const ApplyOptions apply_it{file.options, now, "ada", file.digest};

  target.database->execute("UPDATE llm_providers SET name = 'Moved on'");
  try {
    apply(*target.database, load(file.sources), apply_it);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::refused);
    CHECK_THAT(error.what(), Catch::Contains("has changed since"));
  }
  CHECK(target.llm().name == "Moved on");

  target.database->execute("UPDATE llm_providers SET name = 'A'");
  CHECK(apply(*target.database, load(file.sources), apply_it).count(Action::update) == 1);
  CHECK(target.llm().name == "Planned ${y}");
  CHECK(storage::find<Agent>(*target.database, "g")->default_llm == "a");
}

TEST_CASE("a plan to do nothing does nothing to a database that moved on") {
  Target target;
  target.apply(base);
  const SeedSet same = seeds(base);
  const SeedPlan plan = make_plan(*target.database, same, on_drift(OnDrift::overwrite));
  const PlanFile file =
      read_plan_file("p", plan_file_text(same, plan, on_drift(OnDrift::overwrite)));
  target.database->execute("UPDATE llm_providers SET name = 'Moved on'");
  CHECK_THROWS_AS(
      apply(*target.database, load(file.sources), {file.options, now, "ada", file.digest}), Error);
  CHECK(target.llm().name == "Moved on");
}

TEST_CASE("what is no plan is refused") {
  for (const std::string_view text : {"", "x", "{}", "{\"llmctl\":\"seed/1\"}",
                                      "{\"llmctl\":\"plan/1\"}", "{\"llmctl\":\"plan/2\"}"}) {
    INFO(text);
    CHECK_THROWS_AS(read_plan_file("p", text), Error);
  }
}

}  // namespace
}  // namespace llmctl::seeding
