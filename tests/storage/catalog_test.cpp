#include "storage/catalog.h"

#include <catch2/catch.hpp>

#include "model/field_values.h"
#include "storage/revisions.h"
#include "tests/support/chat.h"
#include "tests/support/faults.h"

namespace llmctl::storage {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using test::Chat;
using test::error_from;
using test::make_agent;
using test::make_llm;

Tool make_tool(const std::string& id) {
  Tool tool;
  tool.id = id;
  tool.name = "Tool " + id;
  tool.created_at = tool.updated_at = test::test_start;
  return tool;
}

TEST_CASE("an LLM reads back as it was written, with every field set") {
  Chat chat;
  LlmProvider llm = make_llm("x", R"({"b": [1, 2.5], "a": "\u00e9"})");
  llm.provider_type = "openai";
  llm.description = "d\u00e9scription";
  llm.model_identifier = "m-1";
  llm.is_active = false;
  llm.requires_polling = true;
  llm.max_tokens = 123'456'789'012;
  llm.supports_streaming = true;
  llm.cost_per_1k_input_tokens = parse_decimal("0.000001");
  llm.cost_per_1k_output_tokens = parse_decimal("9999.999999");
  llm.min_role = "STANDARD";
  llm.display_order = -3;
  llm.updated_at = test::test_start + Duration{1};
  chat.add(llm);
  const auto stored = find<LlmProvider>(*chat.database, "x");
  REQUIRE(stored);
  CHECK(model::differing_fields(llm, *stored, model::all_fields<LlmProvider>) == 0);
  CHECK(stored->created_at == llm.created_at);
  CHECK(stored->updated_at == llm.updated_at);
  CHECK(stored->cost_per_1k_output_tokens->millionths == 9'999'999'999);
}

TEST_CASE("an agent reads back with its relations, sorted") {
  Chat chat;
  chat.add(make_llm("a"));
  chat.add(make_llm("b"));
  insert(*chat.database, make_tool("t"));
  Agent agent = make_agent("law", "a", {"a", "b"});
  agent.tools = {"t"};
  chat.add(agent);
  const auto stored = find<Agent>(*chat.database, "law");
  CHECK(model::differing_fields(agent, *stored, model::all_fields<Agent>) == 0);
  CHECK(stored->allowed_llms == std::vector<std::string>{"a", "b"});
  CHECK(stored->tools == std::vector<std::string>{"t"});
}

TEST_CASE("an update writes the columns that differ, and no others") {
  Chat chat;
  chat.add(make_llm("x", R"({"a": 1, "b": 2})"));
  const auto before = *find<LlmProvider>(*chat.database, "x");
  std::vector<std::string> statements;
  test::FaultyDatabase spy(*chat.database, [&](std::string_view sql) {
    statements.emplace_back(sql);
    return false;
  });

  LlmProvider after = before;
  after.updated_at += std::chrono::hours(1);
  after.configuration = {R"({"b": 2, "a": 1.0})"};
  CHECK_FALSE(update(spy, before, after));
  CHECK(statements.empty());

  after.name = "New name";
  after.cost_per_1k_input_tokens = parse_decimal("1");
  CHECK(update(spy, before, after));
  REQUIRE(statements.size() == 1);
  CHECK(statements[0] ==
        "UPDATE llm_providers SET updated_at = ?2, name = ?3, cost_per_1k_input_tokens = ?4 WHERE "
        "id = ?1");
  const auto stored = *find<LlmProvider>(*chat.database, "x");
  CHECK(stored.name == "New name");
  CHECK(stored.configuration.text == R"({"a": 1, "b": 2})");
  CHECK(stored.updated_at == after.updated_at);
}

TEST_CASE("an update of relations adds and removes single pairs") {
  Chat chat;
  for (const char* id : {"a", "b", "c"}) chat.add(make_llm(id));
  chat.add(make_agent("law", {}, {"a", "b"}));
  const auto row_of_b = "agents_allowed_llms WHERE llmprovider_id = 'b' AND id = 2";
  REQUIRE(chat.count(row_of_b) == 1);
  const auto before = *find<Agent>(*chat.database, "law");
  Agent after = before;
  after.allowed_llms = {"b", "c"};
  CHECK(update(*chat.database, before, after));
  CHECK(find<Agent>(*chat.database, "law")->allowed_llms == std::vector<std::string>{"b", "c"});
  CHECK(chat.count(row_of_b) == 1);
}

TEST_CASE("lists come in the backend's order, ids sorted") {
  Chat chat;
  const auto add = [&](const char* id, const char* name, int order) {
    auto llm = make_llm(id);
    llm.name = name;
    llm.display_order = order;
    chat.add(llm);
  };
  add("c", "A", 2);
  add("a", "B", 1);
  add("b", "A", 1);
  std::vector<std::string> listed;
  for (const auto& llm : list<LlmProvider>(*chat.database)) listed.push_back(llm.id);
  CHECK(listed == std::vector<std::string>{"b", "a", "c"});
  CHECK(ids<LlmProvider>(*chat.database) == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("an unknown id suggests the nearest one") {
  Chat chat;
  chat.add(make_agent("data-protection-expert"));
  Error error = error_from([&] { require<Agent>(*chat.database, "data-protecton-expert"); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.what() == std::string("no agent 'data-protecton-expert'"));
  CHECK(error.hint == "did you mean 'data-protection-expert'?");
  error = error_from([&] { require<Tool>(*chat.database, "hammer"); });
  CHECK(error.hint == "llmctl tool list");
}

TEST_CASE("a revision is kept once per content, and again when it comes back") {
  Chat chat;
  Agent agent = make_agent("law");
  const auto keep = [&](const char* prompt) {
    agent.system_prompt = prompt;
    return record_change(*chat.database, agent, {test::test_start, "ada", "why"});
  };
  const auto first = keep("one");
  CHECK(keep("one") == first);
  const auto second = keep("two");
  CHECK(second != first);
  const auto third = keep("one");
  CHECK(third != first);
  CHECK(latest_revision(*chat.database, "agents", "law")->number == third);
  const auto revision = find_revision(*chat.database, second);
  CHECK(revision->actor == "ada");
  CHECK(revision->reason == "why");
  CHECK(revision->kind == "agents");
  CHECK(revision->recorded_at == test::test_start);
  CHECK_FALSE(find_revision(*chat.database, 999));
  CHECK(record_found(*chat.database, agent, test::test_start) == third);
}

TEST_CASE("a revision does not change when only a time does") {
  Chat chat;
  Agent agent = make_agent("law");
  const auto first = record_found(*chat.database, agent, test::test_start);
  agent.updated_at += std::chrono::hours(5);
  CHECK(record_found(*chat.database, agent, test::test_start) == first);
}

TEST_CASE("a value that its column cannot hold is told with its table and row") {
  Chat chat;
  chat.add(make_llm("fine"));
  chat.add(make_llm("odd"));
  const Uuid conversation = chat.add_conversation().id;
  const Uuid message = chat.add_message(conversation, "user", "hi").id;
  chat.database->execute("UPDATE llm_providers SET display_order = 'first' WHERE id = 'odd'");
  chat.database->execute("UPDATE messages SET created_at = 'today'");
  CHECK(find<LlmProvider>(*chat.database, "fine"));
  const Error error = error_from([&] { list<LlmProvider>(*chat.database); });
  CHECK(error.kind == ErrorKind::damaged);
  CHECK(error.what() ==
        std::string("table llm_providers, row 'odd': column display_order holds 'first', which is "
                    "no whole number"));
  CHECK_THAT(error.hint, Catch::Contains("correct the row"));
  const Error of_message = error_from([&] { messages_of(*chat.database, conversation, true); });
  CHECK_THAT(of_message.what(),
             Catch::StartsWith("table messages, row '" + to_hex(message) + "': column created_at"));
}

}  // namespace
}  // namespace llmctl::storage
