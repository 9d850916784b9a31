#include "model/snapshot.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/chat.h"

namespace llmctl::model {
namespace {

TEST_CASE("a snapshot has every field but the times, decimals as strings, absent ones as null") {
  LlmProvider llm = test::make_llm("x", R"({"b": 1, "a": [2]})");
  llm.cost_per_1k_input_tokens = parse_decimal("0.003");
  CHECK(canonical_json(snapshot(llm)) ==
        R"({"configuration":{"a":[2],"b":1},"cost_per_1k_input_tokens":"0.003000",)"
        R"("cost_per_1k_output_tokens":null,"description":"","display_order":0,"is_active":true,)"
        R"("max_tokens":4096,"min_role":"PROTEGRITY","model_identifier":"","name":"LLM x",)"
        R"("provider_type":"custom","requires_polling":false,"supports_streaming":false})");

  Agent agent = test::make_agent("law", "x", {"x"});
  agent.tools = {"t"};
  const auto object = snapshot(agent);
  CHECK(object.at("allowed_llms") == nlohmann::json{"x"});
  CHECK(object.at("tools") == nlohmann::json{"t"});
  CHECK(object.at("default_llm") == "x");
  CHECK(object.at("color") == "#FA5A25");
  CHECK_FALSE(object.contains("created_at"));
}

TEST_CASE("a field is the same when its value is, however its JSON is spelt") {
  const auto& configuration =
      *std::ranges::find(fields<LlmProvider>, "configuration", &Field<LlmProvider>::name);
  const auto same = [&](const char* left, const char* right) {
    return same_value(test::make_llm("x", left), test::make_llm("y", right), configuration);
  };
  CHECK(same(R"({"a": 1, "b": 2})", R"({"b":2.0,"a":1})"));
  CHECK_FALSE(same(R"({"a": 1})", R"({"a": 2})"));
}

TEST_CASE("a record comes back from its snapshot, exactly") {
  LlmProvider llm = test::make_llm("x", R"({"b":[1,2.5],"a":null})");
  llm.cost_per_1k_input_tokens = Decimal{150'001};
  llm.is_active = false;
  LlmProvider other = test::make_llm("y", R"({"c": true})");
  other.cost_per_1k_output_tokens = Decimal{5};
  const LlmProvider restored = from_snapshot(snapshot(llm), other, "it");
  CHECK(snapshot(restored) == snapshot(llm));
  CHECK(restored.id == "y");
  CHECK(restored.cost_per_1k_input_tokens == Decimal{150'001});
  CHECK_FALSE(restored.cost_per_1k_output_tokens);

  Agent agent = test::make_agent("law", "x", {"x", "z"});
  agent.tools = {"t"};
  agent.system_prompt = "Zwölf Boxkämpfer\n\u200b";
  CHECK(snapshot(from_snapshot(snapshot(agent), Agent{}, "it")) == snapshot(agent));
  CHECK_FALSE(from_snapshot(snapshot(Agent{}), agent, "it").default_llm);

  Tool tool;
  tool.name = "Tool";
  tool.function_schema.text = R"({"type":"object"})";
  CHECK(snapshot(from_snapshot(snapshot(tool), Tool{}, "it")) == snapshot(tool));
}

TEST_CASE("what an older snapshot lacks stays, and so does the spelling of equal JSON") {
  const LlmProvider live = test::make_llm("x", R"({ "a": 1.0 })");
  const auto old = nlohmann::json::parse(R"({"name": "N", "configuration": {"a": 1}})");
  const LlmProvider restored = from_snapshot(old, live, "it");
  CHECK(restored.name == "N");
  CHECK(restored.provider_type == "custom");
  CHECK(restored.configuration.text == R"({ "a": 1.0 })");
}

TEST_CASE("a snapshot that cannot be read says what is wrong with it") {
  struct Case {
    const char* snapshot;
    ErrorKind kind;
    const char* message;
  };
  const Case cases[] = {
      {R"({"name": 5})", ErrorKind::damaged, "revision 3: 'name' has a value of another type"},
      {R"({"is_active": "yes"})", ErrorKind::damaged, "'is_active'"},
      {R"({"max_tokens": 1.5})", ErrorKind::damaged, "'max_tokens'"},
      {R"({"cost_per_1k_input_tokens": 0.5})", ErrorKind::damaged, "'cost_per_1k_input_tokens'"},
      {R"({"cost_per_1k_input_tokens": "a"})", ErrorKind::damaged, "'cost_per_1k_input_tokens'"},
      {R"({"aura": 1})", ErrorKind::configuration,
       "revision 3: this version of llmctl knows no field 'aura'"},
      {R"([])", ErrorKind::damaged, "no JSON object"},
  };
  for (const Case& c : cases) {
    INFO(c.snapshot);
    const Error error = test::error_from(
        [&] { from_snapshot(nlohmann::json::parse(c.snapshot), LlmProvider{}, "revision 3"); });
    CHECK(error.kind == c.kind);
    CHECK_THAT(error.what(), Catch::Contains(c.message));
  }
  CHECK(test::error_from([] {
          from_snapshot(nlohmann::json::parse(R"({"tools": [1]})"), Agent{}, "it");
        }).kind == ErrorKind::damaged);
}

template <class Record>
void check_columns(storage::Database& database) {
  std::vector<std::string> expected{"id"};
  for (const auto& field : fields<Record>) expected.emplace_back(field.column);
  expected.insert(expected.end(), {"created_at", "updated_at"});
  std::ranges::sort(expected);
  auto columns =
      storage::collect(database, "SELECT name FROM pragma_table_info(?1) ORDER BY name",
                       {kind_of<Record>}, [](const storage::Row& row) { return row.text(0); });
  CHECK(columns == expected);
}

TEST_CASE("the tables of fields name every column of their tables") {
  test::Chat chat;
  check_columns<LlmProvider>(*chat.database);
  check_columns<Agent>(*chat.database);
  check_columns<Tool>(*chat.database);
}

}  // namespace
}  // namespace llmctl::model
