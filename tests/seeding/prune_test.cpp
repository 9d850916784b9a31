#include <catch2/catch.hpp>

#include "base/error.h"
#include "seeding/fixture.h"
#include "seeding/plan_file.h"
#include "storage/conversations.h"
#include "storage/revisions.h"
#include "storage/seed_objects.h"
#include "tests/seeding/target.h"

/// What becomes of objects that files no longer name.
namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;

const std::string two =
    "llm_providers:\n  a: {name: A, provider_type: openai}\n"
    "  b: {name: B, provider_type: openai}\n";
const std::string nothing = "llm_providers: {}\n";

ErrorKind refusal_of(Target& target, const SeedSet& set, const ApplyOptions& options) {
  try {
    apply(*target.database, set, options);
  } catch (const Error& error) {
    return error.kind;
  }
  return ErrorKind::failed;
}

TEST_CASE("pruning deletes what the set made, no file names and nothing refers to") {
  Target target;
  target.apply(
      "llm_providers:\n  a: {name: A, provider_type: openai}\n"
      "  b: {name: B, provider_type: openai}\n  c: {name: C, provider_type: openai}\n"
      "tools:\n  t: {name: T}\n"
      "agents:\n  g: {name: G, default_llm: b, tools: [t]}\n  h: {name: H, allowed_llms: [c]}\n");
  const std::string rest = "agents:\n  h: {name: H, allowed_llms: [c]}\n";
  const SeedPlan without = make_plan(*target.database, seeds(rest));
  CHECK(without.prunable == 5);
  CHECK(without.differs());

  const SeedPlan plan = make_plan(*target.database, seeds(rest), pruning());
  CHECK(plan.count(Action::prune) == 4);
  CHECK(plan.count(Action::protect) == 1);
  CHECK(target.has("a"));

  const ApplyOptions agreed{pruning(), now, "ada", {}, plan.prune_digest};
  const SeedPlan result = apply(*target.database, seeds(rest), agreed);
  CHECK(result.changes.back().id == "c");
  CHECK(result.changes.back().reason == "referred to by agent 'h'");
  CHECK_FALSE(target.has("a"));
  CHECK_FALSE(target.has("b"));
  CHECK(target.has("c"));
  CHECK_FALSE(storage::find<Agent>(*target.database, "g"));
  CHECK(target.database->find_damage().empty());
  const auto last = storage::latest_revision(*target.database, "llm_providers", "a");
  CHECK(last->content.text == "null");
  CHECK(last->actor == "ada");
  CHECK(target.apply(rest, pruning()).count(Action::prune) == 0);
}

TEST_CASE("pruning spares what another made, what another set names, and what was used") {
  Target target;
  LlmProvider theirs;
  theirs.id = theirs.name = "theirs";
  theirs.provider_type = std::string_view("openai");
  storage::insert(*target.database, theirs);
  target.apply(
      "llm_providers:\n  theirs: {name: Ours}\n  shared: {name: S, provider_type: openai}\n"
      "  used: {name: U, provider_type: openai}\n");
  target.apply(seeds("llm_providers:\n  shared: {max_tokens: 5}\n", "other"));
  target.database->execute(
      "INSERT INTO conversations (id, title, model_id, primary_llm_id, created_at, updated_at) "
      "VALUES (?1, 't', 'used', 'used', ?2, ?2)",
      {Uuid{}, now});
  const SeedPlan result = target.apply("llm_providers: {}\n", pruning());
  CHECK(result.count(Action::prune) == 0);
  REQUIRE(result.count(Action::protect) == 2);
  CHECK(result.changes[0].reason == "referred to by seed set 'other'");
  CHECK(result.changes[1].reason == "referred to by 1 conversation");
  for (const char* id : {"theirs", "shared", "used"}) CHECK(target.has(id));
}

TEST_CASE("a yes is for the deletions that were shown, be they none") {
  Target target;
  target.apply(two);
  target.database->execute(
      "INSERT INTO conversations (id, title, model_id, primary_llm_id, created_at, updated_at) "
      "SELECT '0' || id, 't', id, id, ?1, ?1 FROM llm_providers",
      {now});
  const SeedPlan plan = make_plan(*target.database, seeds(nothing), pruning());
  CHECK(plan.count(Action::protect) == 2);
  CHECK_FALSE(plan.differs());
  const ApplyOptions agreed{pruning(), now, "ada", {}, plan.prune_digest};
  target.database->execute("DELETE FROM conversations");
  CHECK(refusal_of(target, seeds(nothing), agreed) == ErrorKind::refused);
  CHECK(target.has("a"));
  CHECK(target.has("b"));
}

TEST_CASE("a plan is not followed when what it deletes has other values now") {
  Target target;
  target.apply(two);
  const SeedPlan plan = make_plan(*target.database, seeds(nothing), pruning());
  target.database->execute("UPDATE llm_providers SET description = 'mine now' WHERE id = 'a'");
  for (const ApplyOptions& options : {ApplyOptions{pruning(), now, "ada", plan.digest},
                                      ApplyOptions{pruning(), now, "ada", {}, plan.prune_digest}})
    CHECK(refusal_of(target, seeds(nothing), options) == ErrorKind::refused);
  CHECK(target.has("a"));
}

TEST_CASE("what somebody changed is pruned on request only") {
  Target target;
  target.apply(two);
  target.database->execute("UPDATE llm_providers SET name = 'Theirs' WHERE id = 'a'");
  const SeedPlan kept = target.apply(nothing, pruning());
  CHECK(kept.count(Action::prune) == 1);
  REQUIRE(kept.count(Action::drifted) == 1);
  CHECK(kept.changes[0].reason == "no longer in the files, but changed in the database");
  CHECK(refusal_of(target, seeds(nothing), {pruning(OnDrift::fail), now, "ada"}) ==
        ErrorKind::refused);
  CHECK(target.has("a"));
  CHECK(target.apply(nothing, pruning(OnDrift::overwrite)).count(Action::prune) == 1);
  CHECK_FALSE(target.has("a"));
}

TEST_CASE("what was deleted and made anew by somebody is not pruned") {
  Target target;
  target.apply(two);
  const LlmProvider ours = target.llm();
  storage::remove(*target.database, ours);
  LlmProvider theirs = ours;
  theirs.created_at = now + std::chrono::seconds(1);
  storage::insert(*target.database, theirs);
  const SeedPlan result = target.apply(nothing, pruning());
  CHECK(result.changes.at(0).reason == "somebody deleted it and made it anew");
  CHECK(target.has("a"));
}

TEST_CASE("what is gone already is forgotten, and nobody is told of it") {
  Target target;
  target.apply(two);
  target.database->execute("DELETE FROM llm_providers");
  CHECK(make_plan(*target.database, seeds(nothing)).prunable == 0);
  const SeedPlan result = target.apply(nothing, pruning());
  CHECK(result.changes.empty());
  CHECK(result.writes);
  CHECK_FALSE(target.apply(nothing, pruning()).writes);
  // Named again, it is new: nobody deleted it from these files.
  CHECK(target.apply(two).count(Action::create) == 2);
}

TEST_CASE("a set that no longer names another's object stops protecting it") {
  Target target;
  target.apply(two);
  target.apply(seeds("llm_providers:\n  a: {max_tokens: 5}\n", "overlay"));
  CHECK(target.apply(nothing, pruning(OnDrift::overwrite)).count(Action::protect) == 1);
  const SeedPlan released = target.apply(seeds(nothing, "overlay"), pruning());
  CHECK(released.changes.empty());
  CHECK(target.apply(nothing, pruning(OnDrift::overwrite)).count(Action::prune) == 1);
}

TEST_CASE("objects of several sets are pruned in one go") {
  Target target;
  const auto both = [](const std::string& first, const std::string& second) {
    return load({{"1.yaml", "llmctl: seed/1\nset: one\n" + first, {}, {}},
                 {"2.yaml", "llmctl: seed/1\nset: two\n" + second, {}, {}}});
  };
  target.apply(both(two, "agents:\n  g: {name: G, default_llm: a, allowed_llms: [a, b]}\n"));
  const SeedPlan result = target.apply(both(nothing, "agents: {}\n"), pruning());
  CHECK(result.count(Action::prune) == 3);
  CHECK(target.database->find_damage().empty());
}

TEST_CASE("rows of tables that llmctl does not know protect what they refer to") {
  Target target;
  target.apply(two);
  target.database->execute_script(
      "CREATE TABLE \"api keys\" (id integer PRIMARY KEY, \"of llm\" varchar(50) REFERENCES "
      "llm_providers (id) DEFERRABLE INITIALLY DEFERRED);\n"
      "INSERT INTO \"api keys\" VALUES (1, 'a');\n",
      "test");
  const SeedPlan result = target.apply(nothing, pruning());
  CHECK(result.count(Action::prune) == 1);
  REQUIRE(result.count(Action::protect) == 1);
  CHECK(result.changes[0].reason + result.changes[1].reason == "referred to by 1 row of api keys");
}

const std::string talk = R"(conversations:
  talk:
    title: Talk
    messages: [{role: user, content: one}, {role: user, content: two}]
)";

TEST_CASE(
    "a conversation is pruned when its messages are those that the set wrote, and kept first") {
  const std::string none = "conversations: {}\n";
  const Uuid id = *parse_uuid(fixture_id("demo", "talk"));
  Target target;
  target.apply(talk);
  const auto messages = storage::messages_of(*target.database, id, true);
  storage::remove_message(*target.database, messages[0].id, id);
  const auto reason = [&] { return target.apply(none, pruning()).changes.at(0).reason; };
  CHECK(reason() == "its messages are not as the set wrote them");
  model::Message theirs = messages[0];
  theirs.id = Uuid{{1}};
  storage::insert_message(*target.database, theirs);
  CHECK(reason() == "its messages are not as the set wrote them");
  storage::insert_message(*target.database, messages[0]);
  CHECK(reason() == "messages of others: 1");
  storage::remove_message(*target.database, theirs.id, id);

  CHECK(target.apply(none, pruning()).count(Action::prune) == 1);
  CHECK_FALSE(storage::find_conversation(*target.database, id));
  const auto revisions =
      storage::list_revisions(*target.database, "conversations", to_string(id), {}).entries;
  REQUIRE(revisions.size() == 2);
  CHECK(revisions[0].revision.content.text == "null");
  CHECK_THAT(revisions[1].revision.content.text, Catch::Contains(R"("content":"two")"));
}

TEST_CASE("a plan file holds conversations, whose times may follow from the base time") {
  const SeedSet set = load({{"1.yaml", "llmctl: seed/1\nset: one\n" + talk, {}, {}},
                            {"2.yaml", "llmctl: seed/1\nset: two\n" + talk + two, {}, {}}});
  Target target;
  const SeedPlan plan = make_plan(*target.database, set);
  const PlanFile file = read_plan_file("p", plan_file_text(set, plan, {}));
  CHECK(apply(*target.database, load(file.sources), {file.options, now, "ada", file.digest})
            .count(Action::create) == 4);
  CHECK_FALSE(target.apply(set).writes);
}

}  // namespace
}  // namespace llmctl::seeding
