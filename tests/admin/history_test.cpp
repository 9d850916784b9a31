#include "admin/history.h"

#include <catch2/catch.hpp>

#include "admin/catalog.h"
#include "storage/revisions.h"
#include "tests/support/chat.h"

namespace llmctl::admin {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using test::Chat;
using test::error_from;

template <class Record>
History history_of(Chat& chat, const std::string& id, const storage::Page& page = {}) {
  return read_history<Record>(*chat.database, id, page);
}

template <class Record>
RevertResult revert_to(Chat& chat, const std::string& id, std::int64_t number,
                       bool dry_run = false) {
  return revert<Record>(*chat.database, id, number, {chat.clock.now(), "ada", {}, dry_run});
}

/// "field: before -> after" of every change.
std::vector<std::string> lines_of(const std::vector<FieldChange>& changes) {
  std::vector<std::string> lines;
  for (const FieldChange& change : changes)
    lines.push_back(change.field + ": " + change.before.text + " -> " + change.after.text);
  return lines;
}

using Lines = std::vector<std::string>;

/// An LLM that was found, disabled and enabled: revisions 1 to 3.
void add_switched(Chat& chat) {
  chat.add(test::make_llm("fast"));
  set_active<LlmProvider>(*chat.database, "fast", false, chat.clock.now(), "ada");
  set_active<LlmProvider>(*chat.database, "fast", true, chat.clock.now(), "bob");
}

TEST_CASE("a history tells who changed which field, newest first") {
  Chat chat;
  add_switched(chat);
  const History history = history_of<LlmProvider>(chat, "fast");
  CHECK(history.noun == "provider");
  CHECK(history.next_cursor.empty());
  REQUIRE(history.entries.size() == 3);
  CHECK(history.entries[0].number == 3);
  CHECK(history.entries[0].actor == "bob");
  CHECK(history.entries[0].reason == "enabled");
  CHECK(history.entries[0].event == Event::changed);
  CHECK(lines_of(history.entries[0].changes) == Lines{"is_active: false -> true"});
  CHECK(lines_of(history.entries[1].changes) == Lines{"is_active: true -> false"});
  CHECK(history.entries[2].number == 1);
  CHECK(history.entries[2].event == Event::first_seen);
  CHECK(history.entries[2].changes.empty());
}

TEST_CASE("a change outside llmctl stands on top until a revision has it") {
  Chat chat;
  add_switched(chat);
  chat.database->execute(
      "UPDATE llm_providers SET max_tokens = 9, cost_per_1k_input_tokens = '0.5' WHERE id = "
      "'fast'");
  const History found = history_of<LlmProvider>(chat, "fast");
  REQUIRE(found.entries.size() == 4);
  CHECK_FALSE(found.entries[0].number);
  CHECK_FALSE(found.entries[0].recorded_at);
  CHECK(found.entries[0].actor == storage::outside_llmctl);
  CHECK(lines_of(found.entries[0].changes) ==
        Lines{R"(cost_per_1k_input_tokens: null -> "0.500000")", "max_tokens: 4096 -> 9"});

  set_active<LlmProvider>(*chat.database, "fast", false, chat.clock.now(), "ada");
  const History recorded = history_of<LlmProvider>(chat, "fast");
  REQUIRE(recorded.entries.size() == 5);
  CHECK(recorded.entries[1].number == 4);
  CHECK(recorded.entries[1].actor == storage::outside_llmctl);
  CHECK(recorded.entries[1].changes.size() == 2);
}

TEST_CASE("pages of a history join up in both orders, the unrecorded entry included") {
  Chat chat;
  add_switched(chat);
  chat.database->execute("UPDATE llm_providers SET max_tokens = 9 WHERE id = 'fast'");
  for (const bool oldest_first : {false, true}) {
    for (const std::int64_t limit : {1, 2, 3, 4, 5}) {
      CAPTURE(oldest_first, limit);
      std::vector<std::int64_t> numbers;
      storage::Page page{limit, {}, oldest_first};
      for (int pages = 0; pages < 5; ++pages) {
        const History history = history_of<LlmProvider>(chat, "fast", page);
        CHECK(history.entries.size() <= static_cast<std::size_t>(limit));
        for (const HistoryEntry& entry : history.entries)
          numbers.push_back(entry.number.value_or(0));
        page.cursor = history.next_cursor;
        if (page.cursor.empty()) break;
      }
      CHECK(numbers == (oldest_first ? std::vector<std::int64_t>{1, 2, 3, 0}
                                     : std::vector<std::int64_t>{0, 3, 2, 1}));
    }
  }
  CHECK(error_from([&] {
          history_of<LlmProvider>(chat, "fast", {1, "x", false});
        }).kind == ErrorKind::usage);
}

TEST_CASE("what was deleted keeps its history, what never was has none") {
  Chat chat;
  add_switched(chat);
  chat.add(test::make_llm("untouched"));
  CHECK(history_of<LlmProvider>(chat, "untouched").entries.empty());

  chat.database->execute("DELETE FROM llm_providers WHERE id = 'fast'");
  const History history = history_of<LlmProvider>(chat, "fast");
  REQUIRE(history.entries.size() == 4);
  CHECK(history.entries[0].event == Event::deleted);
  CHECK_FALSE(history.entries[0].actor);
  CHECK(history.entries[1].number == 3);

  const Error error = error_from([&] { history_of<LlmProvider>(chat, "untuched"); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.hint == "did you mean 'untouched'?");
  // Of the same id, another kind has its own history.
  CHECK(error_from([&] { history_of<Agent>(chat, "fast"); }).kind == ErrorKind::not_found);
}

TEST_CASE("a history shows no secrets, and a revert writes the real ones") {
  Chat chat;
  chat.add(test::make_llm("fast", R"({"api_key": "old-canary"})"));
  set_active<LlmProvider>(*chat.database, "fast", false, chat.clock.now(), "ada");
  chat.database->execute(R"(UPDATE llm_providers SET configuration = '{"api_key": "new-canary"}')");
  const History history = history_of<LlmProvider>(chat, "fast");
  CHECK(lines_of(history.entries[0].changes) ==
        Lines{R"j(configuration: {"api_key":"(secret)"} -> {"api_key":"(secret)"})j"});

  const RevertResult result = revert_to<LlmProvider>(chat, "fast", 1);
  CHECK_THAT(lines_of(result.changes).at(0), !Catch::Contains("canary"));
  CHECK(storage::find<LlmProvider>(*chat.database, "fast")->configuration.text ==
        R"({"api_key":"old-canary"})");
}

TEST_CASE("a revert brings every field back, and leaves a revision before and after") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  chat.database->execute("UPDATE llm_providers SET cost_per_1k_input_tokens = '0.150001'");
  set_active<LlmProvider>(*chat.database, "fast", false, chat.clock.now(), "ada");
  chat.database->execute(
      "UPDATE llm_providers SET name = 'Other', cost_per_1k_input_tokens = NULL, max_tokens = 1, "
      "configuration = '{\"a\":1}'");
  const Timestamp now = chat.clock.now();
  const RevertResult result =
      revert<LlmProvider>(*chat.database, "fast", 1, {now, "ada", "it was better", false});
  CHECK(result.changed);
  CHECK_FALSE(result.created);
  CHECK(result.reverted_to == 1);
  CHECK(result.changes.size() == 5);

  const auto stored = storage::find<LlmProvider>(*chat.database, "fast");
  CHECK(stored->name == "LLM fast");
  CHECK(stored->cost_per_1k_input_tokens == Decimal{150'001});
  CHECK(stored->is_active);
  CHECK(stored->created_at == test::test_start);
  CHECK(stored->updated_at == now);
  const auto found = storage::find_revision(*chat.database, 3);
  CHECK(found->actor == storage::outside_llmctl);
  const auto written = storage::find_revision(*chat.database, 4);
  CHECK(result.revision == 4);
  CHECK(written->reason == "it was better");
  CHECK(written->content.text == storage::find_revision(*chat.database, 1)->content.text);
}

TEST_CASE("a revert says why by itself") {
  Chat chat;
  add_switched(chat);
  revert_to<LlmProvider>(chat, "fast", 2);
  CHECK(storage::find_revision(*chat.database, 4)->reason == "revert to revision 2");
}

TEST_CASE("what is so already is not reverted, and needs no lock") {
  Chat chat;
  add_switched(chat);
  const auto other = test::open_test_database(chat.directory, storage::Access::read_write);
  const storage::Transaction writer(*other);
  const RevertResult result = revert_to<LlmProvider>(chat, "fast", 1);
  CHECK_FALSE(result.changed);
  CHECK_FALSE(result.revision);
  CHECK(result.changes.empty());
  CHECK(chat.count("llmctl_revisions") == 3);
}

TEST_CASE("a dry run of a revert only tells") {
  Chat chat;
  add_switched(chat);
  const auto other = test::open_test_database(chat.directory, storage::Access::read_write);
  const storage::Transaction writer(*other);
  const RevertResult result = revert_to<LlmProvider>(chat, "fast", 2, true);
  CHECK(result.changed);
  CHECK(result.dry_run);
  CHECK_FALSE(result.revision);
  CHECK(lines_of(result.changes) == Lines{"is_active: true -> false"});
  CHECK(storage::find<LlmProvider>(*chat.database, "fast")->is_active);
}

TEST_CASE("a revision of something else, or of nothing, is not found") {
  Chat chat;
  add_switched(chat);
  chat.add(test::make_llm("slow"));
  chat.add(test::make_agent("fast"));
  struct Case {
    std::string id;
    std::int64_t number;
    const char* message;
    const char* hint;
  };
  const Case cases[] = {
      {"slow", 2, "provider 'slow' has no revision 2", "llmctl provider history slow"},
      {"fast", 99, "provider 'fast' has no revision 99", "llmctl provider history fast"},
      {"fasst", 2, "no provider 'fasst'", "did you mean 'fast'?"},
  };
  for (const Case& c : cases) {
    INFO(c.id);
    const Error error = error_from([&] { revert_to<LlmProvider>(chat, c.id, c.number); });
    CHECK(error.kind == ErrorKind::not_found);
    CHECK(std::string(error.what()) == c.message);
    CHECK(error.hint == c.hint);
  }
  CHECK(error_from([&] { revert_to<Agent>(chat, "fast", 2); }).kind == ErrorKind::not_found);
}

/// An agent with an LLM and a tool, kept as revision 1 and disabled as revision 2.
void add_agent_with_all(Chat& chat) {
  chat.add(test::make_llm("fast"));
  chat.add(test::make_llm("slow"));
  Tool tool;
  tool.id = "saw";
  storage::insert(*chat.database, tool);
  Agent agent = test::make_agent("law", "fast", {"fast", "slow"});
  agent.tools = {"saw"};
  chat.add(agent);
  set_active<Agent>(*chat.database, "law", false, chat.clock.now(), "ada");
}

TEST_CASE("a revert brings an agent's LLMs and tools back") {
  Chat chat;
  add_agent_with_all(chat);
  chat.database->execute("DELETE FROM tools_agents");
  chat.database->execute("DELETE FROM agents_allowed_llms WHERE llmprovider_id = 'slow'");
  chat.database->execute("UPDATE agents SET default_llm_id = NULL");
  CHECK(lines_of(revert_to<Agent>(chat, "law", 1).changes) ==
        Lines{R"(allowed_llms: ["fast"] -> ["fast","slow"])", R"(default_llm: null -> "fast")",
              "is_active: false -> true", R"(tools: [] -> ["saw"])"});
  const auto agent = storage::find<Agent>(*chat.database, "law");
  CHECK(agent->tools == Lines{"saw"});
  CHECK(agent->allowed_llms == Lines{"fast", "slow"});
  CHECK(agent->default_llm == "fast");
}

TEST_CASE("a revert to what refers to nothing is refused with the names, and nothing is written") {
  Chat chat;
  add_agent_with_all(chat);
  for (const char* sql : {"DELETE FROM tools_agents", "DELETE FROM agents_allowed_llms",
                          "UPDATE agents SET default_llm_id = NULL", "DELETE FROM tools",
                          "DELETE FROM llm_providers"}) {
    chat.database->execute(sql);
  }
  const Error error = error_from([&] { revert_to<Agent>(chat, "law", 1); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(std::string(error.what()) ==
        "revision 1 of agent 'law' refers to what does not exist any more: provider 'fast', "
        "provider 'slow', tool 'saw'");
  CHECK(chat.count("llmctl_revisions") == 2);
  CHECK(error_from([&] { revert_to<Agent>(chat, "law", 1, true); }).kind == ErrorKind::not_found);
}

TEST_CASE("a revert makes again what was deleted, and its history says so") {
  Chat chat;
  add_agent_with_all(chat);
  chat.database->execute("DELETE FROM tools_agents");
  chat.database->execute("DELETE FROM agents_allowed_llms");
  chat.database->execute("DELETE FROM agents");
  const RevertResult result = revert_to<Agent>(chat, "law", 2);
  CHECK(result.created);
  CHECK(result.changed);
  CHECK(result.revision == 3);
  const auto agent = storage::find<Agent>(*chat.database, "law");
  REQUIRE(agent);
  CHECK(agent->tools == Lines{"saw"});
  CHECK(agent->created_at == agent->updated_at);
  const History history = history_of<Agent>(chat, "law");
  REQUIRE(history.entries.size() == 3);
  CHECK(history.entries[0].event == Event::created);
  CHECK(history.entries[0].actor == "ada");
}

TEST_CASE("a revision that says that a record was deleted is told, and is no way back") {
  Chat chat;
  add_switched(chat);
  const model::LlmProvider llm = *storage::find<LlmProvider>(*chat.database, "fast");
  chat.database->execute("DELETE FROM llm_providers");
  chat.database->execute(
      "INSERT INTO llmctl_revisions (kind, object_id, sha256, content, recorded_at, actor, reason) "
      "VALUES ('llm_providers', 'fast', '', 'null', ?1, 'ada', 'pruned')",
      {chat.clock.now()});
  const History deleted = history_of<LlmProvider>(chat, "fast");
  REQUIRE(deleted.entries.size() == 4);
  CHECK(deleted.entries[0].number == 4);
  CHECK(deleted.entries[0].event == Event::deleted);
  CHECK(deleted.entries[0].reason == "pruned");
  CHECK(deleted.entries[0].changes.empty());
  const Error error = error_from([&] { revert_to<LlmProvider>(chat, "fast", 4); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK_THAT(error.what(), Catch::Contains("was deleted"));

  chat.add(llm);
  const History back = history_of<LlmProvider>(chat, "fast");
  REQUIRE(back.entries.size() == 5);
  CHECK_FALSE(back.entries[0].number);
  CHECK(back.entries[0].event == Event::created);
  CHECK(back.entries[0].actor == storage::outside_llmctl);

  set_active<LlmProvider>(*chat.database, "fast", false, chat.clock.now(), "bob");
  const History found = history_of<LlmProvider>(chat, "fast");
  REQUIRE(found.entries.size() == 6);
  CHECK(found.entries[1].number == 5);
  CHECK(found.entries[1].event == Event::created);
  CHECK(lines_of(found.entries[0].changes) == Lines{"is_active: true -> false"});
}

TEST_CASE("a revision of a newer version is not half reverted") {
  Chat chat;
  add_switched(chat);
  chat.database->execute(
      R"(UPDATE llmctl_revisions SET content = '{"name":"N","aura":1}' WHERE number = 1)");
  const Error error = error_from([&] { revert_to<LlmProvider>(chat, "fast", 1); });
  CHECK(error.kind == ErrorKind::configuration);
  CHECK_THAT(error.what(), Catch::Contains("revision 1") && Catch::Contains("'aura'"));
  CHECK(storage::find<LlmProvider>(*chat.database, "fast")->name == "LLM fast");

  chat.database->execute(
      R"(UPDATE llmctl_revisions SET content = '{"name":"Old"}' WHERE number = 1)");
  revert_to<LlmProvider>(chat, "fast", 1);
  const auto stored = storage::find<LlmProvider>(*chat.database, "fast");
  CHECK(stored->name == "Old");
  CHECK(stored->provider_type == "custom");
}

}  // namespace
}  // namespace llmctl::admin
