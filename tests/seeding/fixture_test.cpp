#include "seeding/fixture.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "seeding/checks.h"
#include "seeding/dump.h"
#include "seeding/plan.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "storage/revisions.h"
#include "tests/support/database.h"

namespace llmctl::seeding {
namespace {

using test::TemporaryDirectory;

const Timestamp now = *parse_rfc3339("2026-10-01T12:00:00Z");

const std::string people = R"(llm_providers:
  l: {name: L, provider_type: custom}
agents:
  g: {name: G, default_llm: l}
)";

const std::string hello = R"(base_time: "2026-03-01T10:00:00Z"
conversations:
  hello:
    title: Hello
    agent: g
    llm: l
    at: "+1h"
    messages:
      - {role: user, content: Hi}
      - {role: assistant, content: Hello!, at: "+90s"}
      - {role: assistant, pending: true}
)";

SeedSet seeds(const std::string& body) {
  return load({{"f.yaml", fmt::format("llmctl: seed/1\nset: demo\n{}", body), {}, {}}});
}

SeedPlan apply_to(storage::Database& database, const SeedSet& set, bool prune = false) {
  ApplyOptions options{{}, now, "ada"};
  options.plan.prune = prune;
  return apply(database, set, options);
}

std::string dump_of(storage::Database& database, DumpFormat format = DumpFormat::yaml) {
  std::string text;
  dump(database, {format, true}, [&](std::string_view piece) { text += piece; });
  return text;
}

TEST_CASE("a conversation of a seed file gets stable ids and times") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  const SeedSet set = seeds(people + hello);
  CHECK(apply_to(*database, set).count(Action::create) == 3);
  const Uuid id = *parse_uuid(fixture_id(set.files[0].seed_set, "hello"));
  // Other programs may rely on it: UUIDv5 of the set and the key.
  CHECK(to_string(id) == "03ba44ed-8456-577c-8227-31b012d0220d");
  const auto conversation = storage::find_conversation(*database, id);
  REQUIRE(conversation);
  CHECK(conversation->title == "Hello");
  CHECK(conversation->primary_agent == "g");
  CHECK(conversation->model_id == "l");
  CHECK(to_rfc3339(conversation->created_at) == "2026-03-01T11:00:00.000000Z");
  CHECK(to_rfc3339(conversation->updated_at) == "2026-03-01T11:01:31.000000Z");
  const auto messages = storage::messages_of(*database, id, true);
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].role == "user");
  CHECK_FALSE(messages[0].agent);
  CHECK(messages[1].agent == "g");
  CHECK(messages[1].llm_provider == "l");
  CHECK(to_rfc3339(messages[1].created_at) == "2026-03-01T11:01:30.000000Z");
  CHECK(messages[2].pending);
  CHECK(messages[2].content.empty());
  CHECK_FALSE(apply_to(*database, set).writes);
}

TEST_CASE("what a file does not say of a conversation stays, its time too") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  apply_to(*database, seeds(people + hello));
  const Uuid id = *parse_uuid(fixture_id("demo", "hello"));
  const auto before = *storage::find_conversation(*database, id);
  const SeedSet retitled = seeds(people + "conversations:\n  hello: {title: Hello again}\n");
  CHECK(apply_to(*database, retitled).count(Action::update) == 1);
  const auto after = *storage::find_conversation(*database, id);
  CHECK(after.title == "Hello again");
  CHECK(after.created_at == before.created_at);
  CHECK(after.updated_at == before.updated_at);
  CHECK(storage::messages_of(*database, id, true).size() == 3);
}

TEST_CASE("a conversation is kept as it was, and as it became, when a seed changes it") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  apply_to(*database, seeds(people + hello));
  const Uuid id = *parse_uuid(fixture_id("demo", "hello"));
  database->execute("UPDATE messages SET content = 'Somebody''s words' WHERE role = 'user'");
  ApplyOptions overwrite{{}, now, "ada"};
  overwrite.plan.on_drift = OnDrift::overwrite;
  CHECK(apply(*database, seeds(people + hello), overwrite).count(Action::update) == 1);
  const auto revisions =
      storage::list_revisions(*database, "conversations", to_string(id), {}).entries;
  REQUIRE(revisions.size() == 2);
  CHECK_THAT(revisions[1].revision.content.text, Catch::Contains("Somebody's words"));
  CHECK(revisions[1].revision.reason == "as it was before seed demo");
  CHECK_THAT(revisions[0].revision.content.text, !Catch::Contains("Somebody's words"));
  CHECK(revisions[0].revision.actor == "ada");
}

TEST_CASE("the same key in two sets is two conversations") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  const std::string body = "conversations:\n  k: {messages: [{role: user, content: Hi}]}\n";
  const SeedSet both =
      load({{"1.yaml", "llmctl: seed/1\nset: one\n" + body, {}, {}},
            {"2.yaml", "llmctl: seed/1\nset: two\n" + body, {}, {}},
            {"3.yaml", "llmctl: seed/1\nset: two\nconversations: {k: {title: T}}\n", {}, {}}});
  CHECK(apply_to(*database, both).count(Action::create) == 2);
  CHECK(storage::find_conversation(*database, *parse_uuid(fixture_id("one", "k")))->title ==
        "New chat");
  CHECK(storage::find_conversation(*database, *parse_uuid(fixture_id("two", "k")))->title == "T");
}

TEST_CASE("the set must be known before its conversations are read") {
  const std::string late = "llmctl: seed/1\nconversations:\n  k: {title: T}\nset: late\n";
  try {
    load({{"f.yaml", late, {}, {}}});
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.details.size() == 1);
    CHECK(error.details[0].line == 4);
    CHECK(error.details[0].message == "set: must stand above 'conversations'");
  }
}

TEST_CASE("a message of somebody who was deleted is refused by name") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  apply_to(*database, seeds(people + hello));
  database->execute_script(
      "UPDATE conversations SET primary_agent_id = NULL; UPDATE messages SET agent_id = NULL;"
      "DELETE FROM agents;",
      "test");
  const std::string more = hello + "      - {role: assistant, content: More}\n";
  try {
    apply_to(*database, seeds(people + more));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind == ErrorKind::invalid_data);
    CHECK_THAT(error.what(), Catch::Contains("refers to 'g', which somebody deleted"));
  }
}

TEST_CASE("a fixture's messages follow the file, and others stay") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  const SeedSet set = seeds(people + hello);
  apply_to(*database, set);
  const Uuid id = *parse_uuid(fixture_id(set.files[0].seed_set, "hello"));
  model::Message turn;
  turn.id = Uuid{{1}};
  turn.conversation_id = id;
  turn.role = std::string_view("user");
  turn.content = std::string_view("a test's own");
  turn.created_at = now;
  storage::insert_message(*database, turn);
  CHECK_FALSE(apply_to(*database, set).writes);

  std::string changed = hello;
  changed.replace(changed.find("Hello!"), 6, "Good day!");
  CHECK(apply_to(*database, seeds(people + changed)).count(Action::update) == 1);
  const auto messages = storage::messages_of(*database, id, true);
  REQUIRE(messages.size() == 4);
  CHECK(messages[1].content == "Good day!");
  CHECK(messages[3].content == "a test's own");

  // What the file drops goes; what others wrote stays, and protects its conversation.
  const std::string shorter = changed.substr(0, changed.find("      - {role: assistant, pending"));
  CHECK(apply_to(*database, seeds(people + shorter)).count(Action::update) == 1);
  CHECK(storage::messages_of(*database, id, true).size() == 3);
  CHECK_FALSE(apply_to(*database, seeds(people + shorter)).writes);
  const SeedPlan pruned = apply_to(*database, seeds(people), true);
  CHECK(pruned.count(Action::protect) == 1);
  CHECK(pruned.changes.back().reason == "messages of others: 1");
}

TEST_CASE("a conversation that is no longer in the file is pruned with its messages") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  apply_to(*database, seeds(people + hello));
  CHECK(apply_to(*database, seeds(people), true).count(Action::prune) == 1);
  CHECK(storage::all_conversation_ids(*database).empty());
  CHECK(apply_to(*database, seeds("agents: {}\n"), true).count(Action::prune) == 2);
  CHECK(database->find_damage().empty());
}

TEST_CASE("a dump makes the same database elsewhere, and changes nothing where it comes from") {
  const TemporaryDirectory here;
  const TemporaryDirectory there;
  const auto source = test::migrated_database(here);
  apply_to(*source, load(builtin_sources()));
  apply_to(*source, seeds(people + hello));
  apply_to(*source, seeds(R"(llm_providers:
  "010":
    name: "no"
    provider_type: openai
    description: "line one\nline two\n\n  indented $${not} a variable\n"
    cost_per_1k_input_tokens: "0.25"
    configuration: {b: [1, 1.5, null, true, "on", {deep: "x: y # z"}], "": {}, "a key": []}
  odd: {name: " space ", provider_type: custom, description: "\x07\x7f tab\t \u2028 \U0001F600 é"}
)"));
  source->execute("UPDATE messages SET blocked = TRUE, protegrity_data = ?1 WHERE role = 'user'",
                  {JsonText{R"({ "b": 1.0, "a": "\u00e9" })"}});
  for (const DumpFormat format : {DumpFormat::yaml, DumpFormat::json_lines}) {
    const std::string text = dump_of(*source, format);
    INFO(text);
    const std::string name = format == DumpFormat::yaml ? "dump.yaml" : "dump.jsonl";
    const SeedSet set = load({{name, text, {}, {}}});
    CHECK(make_plan(*source, set).count(Action::unchanged) ==
          make_plan(*source, set).changes.size());

    const TemporaryDirectory elsewhere;
    const auto target = test::migrated_database(elsewhere);
    apply_to(*target, set);
    CHECK_FALSE(apply_to(*target, set).writes);
    CHECK(dump_of(*target) == dump_of(*source));
  }
}

TEST_CASE("a dump leaves out what holds a secret, and says so") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  model::LlmProvider llm;
  llm.id = llm.name = "leaky";
  llm.provider_type = std::string_view("openai");
  llm.configuration.text = std::string_view(R"({"api_key":"canary-1234","x":1})");
  storage::insert(*database, llm);
  std::string text;
  const DumpResult result = dump(*database, {}, [&](std::string_view piece) { text += piece; });
  CHECK(text.find("canary") == std::string::npos);
  CHECK(text.find("configuration") == std::string::npos);
  CHECK(result.left_out == std::vector<std::string>{"provider 'leaky': configuration"});
  CHECK(result.refused.empty());
  CHECK_FALSE(make_plan(*database, load({{"d.yaml", text, {}, {}}})).differs());
}

TEST_CASE("a dump says what no seed file may hold") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  model::LlmProvider llm;
  llm.id = "fine";
  llm.name = std::string(97, 'x') + "${x";
  llm.provider_type = std::string_view("custom");
  storage::insert(*database, llm);
  llm.id = llm.name = "list";
  llm.configuration.text = std::string_view("[1]");
  storage::insert(*database, llm);
  llm.id = llm.name = "script";
  llm.configuration.text = std::string_view(R"({"script":"nonsense"})");
  storage::insert(*database, llm);
  model::Agent agent;
  agent.id = agent.name = "My Agent";
  agent.color = std::string_view("red");
  agent.min_role = std::string_view("OTHER");
  storage::insert(*database, agent);
  model::Conversation conversation;
  conversation.id = Uuid{{1}};
  conversation.title = std::string(256, 'x');
  conversation.primary_agent = "My Agent";
  storage::insert_conversation(*database, conversation);

  const auto dumped = [&](DumpFormat format) {
    return dump(*database, {format, true}, [](std::string_view) {}).refused;
  };
  const auto refused = dumped(DumpFormat::yaml);
  REQUIRE(refused.size() == 4);
  CHECK(refused[0] ==
        "provider 'list': configuration: must be a mapping; write {} for an empty one");
  CHECK_THAT(refused[1],
             Catch::StartsWith("provider 'script': LLM 'script': configuration.script must"));
  CHECK_THAT(refused[2], Catch::StartsWith("agent 'My Agent': 'My Agent' is no id of an agent: ") &&
                             Catch::Contains("; min_role: 'OTHER' is not one of ") &&
                             Catch::Contains("; color: 'red' is not a colour"));
  CHECK_THAT(refused[3], Catch::StartsWith("conversation '01000000-") &&
                             Catch::Contains("title: has 256 characters") &&
                             Catch::Contains("agent: 'My Agent' is no id"));
  CHECK(dumped(DumpFormat::json_lines) == refused);
}

TEST_CASE("a dump tells of its last object, too, when it is large") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  model::Agent agent;
  for (int i = 0; i < 30; ++i) {
    agent.id = agent.name = fmt::format("a{:02}", i);
    agent.system_prompt = std::string(100'000, 'x');
    agent.color = i % 10 == 9 ? "red" : "#FA5A25";
    storage::insert(*database, agent);
  }
  const auto refused = dump(*database, {}, [](std::string_view) {}).refused;
  REQUIRE(refused.size() == 3);
  CHECK_THAT(refused[0], Catch::StartsWith("agent 'a09': color"));
  CHECK_THAT(refused[2], Catch::StartsWith("agent 'a29': color"));
}

TEST_CASE("a dump that is too large to be read says so") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  model::Agent agent;
  agent.id = agent.name = "a";
  storage::insert(*database, agent);
  agent.id = agent.name = "large";
  agent.system_prompt = std::string(std::size_t{65} << 20, 'x');
  storage::insert(*database, agent);
  const auto refused = dump(*database, {}, [](std::string_view) {}).refused;
  REQUIRE(refused.size() == 2);
  CHECK_THAT(refused[0], Catch::StartsWith("agent 'large': ") && Catch::Contains("64 MiB"));
  CHECK(refused[1] ==
        "all of it: YAML is read up to 64 MiB, and this is 65 MiB; --format jsonl has no limit");
}

TEST_CASE("wrong fixtures are named by their places") {
  struct Case {
    std::string body;
    std::string problem;
  };
  const Case cases[] = {
      {"conversations:\n  c: {messages: [{content: x}]}\n", "4:18: messages[0]: needs 'role'"},
      {"conversations:\n  c: {messages: [{role: robot, content: x}]}\n",
       "4:25: messages[0].role: 'robot' is not one of user, assistant, system"},
      {"conversations:\n  c: {messages: [{role: user}]}\n",
       "4:18: messages[0]: needs 'content', unless it is pending"},
      {"conversations:\n  c: {at: soon}\n",
       "4:11: at: 'soon' is no time: write \"2026-10-01T12:00:00Z\", or an offset such as "
       "\"+90s\""},
      {"conversations:\n  c: {messages: [{id: x, role: user, content: y}]}\n",
       "4:23: messages[0].id: 'x' is no UUID"},
      {"conversations:\n  C c: {}\n",
       "4:3: 'C c' is no key of a conversation: 1 to 50 lower-case letters, digits, '.', '_' or "
       "'-', beginning with a letter or digit, or a UUID"},
      {"conversations: []\n", "3:16: conversations: must be a mapping of keys; write {} for none"},
      {"base_time: soon\n", "3:12: base_time: 'soon' is no time like \"2026-10-01T12:00:00Z\""},
  };
  for (const Case& c : cases) {
    try {
      seeds(c.body);
      FAIL("no error for " + c.body);
    } catch (const Error& error) {
      REQUIRE(error.details.size() == 1);
      CHECK(to_string(error.details[0]) == "f.yaml:" + c.problem);
    }
  }
}

TEST_CASE("a fixture's agent and LLM must be there") {
  const TemporaryDirectory directory;
  const auto database = test::migrated_database(directory);
  const Known known{[](std::string_view, const std::string&) { return false; },
                    [](std::string_view) { return std::vector<std::string>{}; }};
  try {
    load({{"f.yaml", "llmctl: seed/1\n" + hello, {}, {}}}, {nullptr, &known});
    FAIL("no error");
  } catch (const Error& error) {
    REQUIRE(error.details.size() == 2);
    CHECK(error.details[0].message == "agent: there is no agent 'g'");
    CHECK(error.details[1].message == "llm: there is no provider 'l'");
  }
}

}  // namespace
}  // namespace llmctl::seeding
