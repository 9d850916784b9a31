#include "seeding/generate.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "model/cost.h"
#include "model/title.h"
#include "seeding/checks.h"
#include "seeding/plan.h"
#include "seeding/seed_set.h"
#include "storage/attempts.h"
#include "storage/conversations.h"
#include "storage/revisions.h"
#include "tests/support/chat.h"
#include "tests/support/faults.h"

namespace llmctl::seeding {
namespace {

using storage::Row;
using test::Chat;
using test::error_from;

const Timestamp start = *parse_rfc3339("2026-01-01T00:00:00Z");

GenerateOptions small(std::uint64_t conversations = 40) {
  GenerateOptions options;
  options.conversations = conversations;
  options.messages = {1, 12};
  options.seed = 42;
  options.start = start;
  return options;
}

/// Two agents with two LLMs that have prices, and one LLM and one agent that are switched off.
void fill(Chat& chat) {
  for (const char* id : {"small", "large", "off"}) {
    model::LlmProvider llm = test::make_llm(id);
    llm.model_identifier = std::string(id) + "-model";
    llm.supports_streaming = id == std::string("large");
    llm.is_active = id != std::string("off");
    llm.cost_per_1k_input_tokens = parse_decimal("0.0015");
    llm.cost_per_1k_output_tokens = parse_decimal("0.02");
    chat.add(llm);
  }
  chat.add(test::make_agent("both", "large"));
  chat.add(test::make_agent("one", {}, {"off", "small"}));
  model::Agent retired = test::make_agent("retired", "small");
  retired.is_active = false;
  chat.add(retired);
}

GenerateResult generate_in(Chat& chat, const GenerateOptions& options) {
  return generate(*chat.database, chat.clock, options);
}

/// Every column of every row, in the order in which they were written.
std::string dump(storage::Database& database) {
  std::string all;
  for (const char* table : {"conversations", "messages", "llmctl_attempts"}) {
    const auto columns = storage::collect(
        database,
        std::string("SELECT 'quote(' || name || ')' FROM pragma_table_info('") + table + "')", {},
        [](const Row& row) { return row.text(0); });
    std::string list;
    for (const auto& column : columns) list += (list.empty() ? "" : " || '|' || ") + column;
    database.query("SELECT " + list + " FROM " + table + " ORDER BY id", {},
                   [&](const Row& row) { all += row.text(0) + "\n"; });
  }
  return all;
}

std::set<std::string> ids(storage::Database& database) {
  const auto list = storage::collect(database, "SELECT id FROM conversations", {},
                                     [](const Row& row) { return row.text(0); });
  return {list.begin(), list.end()};
}

TEST_CASE("the same options make the same rows in another database") {
  Chat left;
  Chat right;
  fill(left);
  fill(right);
  right.clock.wall += std::chrono::hours(5);
  const GenerateResult made = generate_in(left, small());
  generate_in(right, small());
  CHECK(made.created == 40);
  CHECK(made.unchanged == 0);
  CHECK(made.messages == static_cast<std::uint64_t>(left.count("messages")));
  CHECK(made.attempts == static_cast<std::uint64_t>(left.count("llmctl_attempts")));
  CHECK(dump(*left.database) == dump(*right.database));
}

TEST_CASE("a second run writes nothing, and a longer one goes on where the first ended") {
  Chat chat;
  fill(chat);
  generate_in(chat, small());
  const std::string before = dump(*chat.database);

  test::FaultyDatabase locked(*chat.database, [](std::string_view sql) { return sql == "BEGIN"; });
  const GenerateResult again = generate(locked, chat.clock, small());
  CHECK(again.created == 0);
  CHECK(again.unchanged == 40);
  CHECK(dump(*chat.database) == before);

  const GenerateResult longer = generate_in(chat, small(60));
  CHECK(longer.created == 20);
  CHECK(longer.unchanged == 40);
  Chat fresh;
  fill(fresh);
  generate_in(fresh, small(60));
  CHECK(dump(*chat.database) == dump(*fresh.database));
}

TEST_CASE("other options make other conversations beside the first ones") {
  Chat chat;
  fill(chat);
  generate_in(chat, small());
  GenerateOptions seed = small();
  seed.seed = 43;
  GenerateOptions messages = small();
  messages.messages = {1, 13};
  GenerateOptions later = small();
  later.start += std::chrono::hours(1);
  GenerateOptions agents = small();
  agents.agents = {"both"};
  std::int64_t expected = 40;
  for (const GenerateOptions& options : {seed, messages, later, agents}) {
    CHECK(generate_in(chat, options).created == 40);
    CHECK(chat.count("conversations") == (expected += 40));
  }
  GenerateOptions several = small();
  several.agents = {"both", "one"};
  generate_in(chat, several);
  several.agents = {"one", "both", "one"};
  CHECK(generate_in(chat, several).unchanged == 40);
}

TEST_CASE("a run that fails half-way leaves whole conversations, and the next one completes it") {
  Chat whole;
  fill(whole);
  GenerateOptions options = small(300);
  generate_in(whole, options);
  Chat chat;
  fill(chat);
  int commits = 0;
  test::FaultyDatabase failing(
      *chat.database, [&](std::string_view sql) { return sql == "COMMIT" && ++commits == 3; });
  CHECK(error_from([&] { generate(failing, chat.clock, options); }).kind == ErrorKind::io);
  const std::int64_t left = chat.count("conversations");
  CHECK(left > 0);
  CHECK(left < 300);
  CHECK(chat.count("messages WHERE conversation_id NOT IN (SELECT id FROM conversations)") == 0);

  const GenerateResult rest = generate_in(chat, options);
  CHECK(rest.unchanged == static_cast<std::uint64_t>(left));
  CHECK(dump(*chat.database) == dump(*whole.database));
}

TEST_CASE("progress counts the conversations") {
  Chat chat;
  fill(chat);
  std::vector<std::size_t> done;
  GenerateOptions options = small(5);
  options.progress = [&](std::size_t now, std::size_t total) {
    CHECK(total == 5);
    done.push_back(now);
  };
  generate_in(chat, options);
  CHECK(done == std::vector<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("agents answer through LLMs that they may use, their default above all") {
  Chat chat;
  fill(chat);
  generate_in(chat, small(200));
  const auto count = [&](const std::string& condition) {
    return chat.count("conversations WHERE " + condition);
  };
  CHECK(count("primary_agent_id = 'retired' OR primary_llm_id = 'off'") == 0);
  CHECK(count("primary_agent_id = 'one' AND primary_llm_id <> 'small'") == 0);
  CHECK(count("primary_agent_id = 'one'") > 50);
  CHECK(count("primary_agent_id = 'both' AND primary_llm_id = 'large'") >
        count("primary_agent_id = 'both' AND primary_llm_id = 'small'"));
  CHECK(count("primary_agent_id = 'both' AND primary_llm_id = 'small'") > 0);
}

TEST_CASE("who cannot answer is refused before anything is written") {
  struct Case {
    std::vector<std::string> agents;
    ErrorKind kind;
    std::string message;
  };
  const Case cases[] = {
      {{"nobody"}, ErrorKind::not_found, "no agent 'nobody'"},
      {{"both", "retired"}, ErrorKind::refused, "agent 'retired' is inactive"},
      {{"stuck"}, ErrorKind::refused, "agent 'stuck' may use no LLM that is active"},
  };
  Chat chat;
  fill(chat);
  chat.add(test::make_agent("stuck", {}, {"off"}));
  for (const Case& c : cases) {
    GenerateOptions options = small();
    options.agents = c.agents;
    const Error error = error_from([&] { generate_in(chat, options); });
    CHECK(error.kind == c.kind);
    CHECK(error.what() == c.message);
  }
  CHECK(chat.count("conversations") == 0);
  const Chat empty;
  const Error error = error_from([&] { generate(*empty.database, chat.clock, small()); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.hint == "llmctl seed");
}

/// A thousand conversations, so that what is rare is there too.
struct Crowd {
  Chat chat;
  Crowd() {
    fill(chat);
    GenerateOptions options = small(1000);
    options.messages = {2, 20};
    generate_in(chat, options);
  }
  std::vector<model::Conversation> conversations() {
    std::vector<model::Conversation> all;
    for (const std::string& id : ids(*chat.database))
      all.push_back(*storage::find_conversation(*chat.database, *parse_uuid(id)));
    return all;
  }
};

TEST_CASE("what somebody else changed is recorded when it is found, not when the talks begin") {
  Chat chat;
  fill(chat);
  GenerateOptions options = small(1);
  options.start = *parse_rfc3339("1971-01-01T00:00:00Z");
  generate_in(chat, options);
  const auto revision = storage::latest_revision(*chat.database, "agents", "both");
  REQUIRE(revision);
  CHECK(revision->recorded_at >= test::test_start);
}

TEST_CASE("generated rows are as turns would have left them") {
  Crowd crowd;
  Chat& chat = crowd.chat;
  CHECK(chat.database->find_damage().empty());
  const auto none = [&](const std::string& from) {
    INFO(from);
    CHECK(chat.count(from) == 0);
  };
  none("messages WHERE role <> 'assistant' AND (agent_id IS NOT NULL OR pending OR blocked)");
  none("messages WHERE role = 'assistant' AND (agent_id IS NULL OR llm_provider_id IS NULL)");
  none("messages WHERE pending <> (content = '')");
  none("llmctl_attempts WHERE agent_revision IS NULL OR llm_revision IS NULL");
  none(
      "messages m WHERE role = 'assistant' AND 1 <> (SELECT COUNT(*) FROM llmctl_attempts a WHERE "
      "a.assistant_message_id = m.id AND a.status = iif(m.pending, 'pending', 'completed'))");
  none(
      "messages m WHERE role = 'user' AND NOT EXISTS (SELECT 1 FROM llmctl_attempts a WHERE "
      "a.user_message_id = m.id)");
  none("llmctl_attempts WHERE (status = 'failed') <> (error_kind IS NOT NULL)");
  none("llmctl_attempts WHERE (status = 'pending') <> (finished_at IS NULL)");
  none("llmctl_attempts WHERE finished_at < started_at OR lease_until < started_at");
  none(
      "llmctl_attempts a JOIN messages m ON m.id = a.user_message_id WHERE a.started_at <= "
      "m.created_at");
  none(
      "llmctl_attempts a JOIN messages m ON m.id = a.assistant_message_id WHERE m.created_at <= "
      "a.finished_at");
  none(
      "conversations c WHERE deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM messages m WHERE "
      "m.conversation_id = c.id AND m.deleted_at IS NULL)");
  none("(SELECT 1 FROM messages GROUP BY conversation_id HAVING COUNT(*) < 2 OR COUNT(*) > 20)");
}

TEST_CASE("generated conversations begin, go on and are named as turns do it") {
  Crowd crowd;
  for (const model::Conversation& conversation : crowd.conversations()) {
    INFO(to_string(conversation.id));
    const auto messages = storage::messages_of(*crowd.chat.database, conversation.id, true);
    const auto asked = std::ranges::find(messages, "user", &model::Message::role);
    REQUIRE(asked != messages.end());
    CHECK(conversation.title == model::title_of(asked->content));
    CHECK(conversation.created_at >= start);
    CHECK(conversation.model_id == conversation.primary_llm);
    Timestamp before = conversation.created_at;
    for (const model::Message& message : messages) {
      CHECK(message.created_at > before);
      before = message.created_at;
    }
    const auto attempts = storage::attempts_of_message(*crowd.chat.database, asked->id);
    REQUIRE_FALSE(attempts.empty());
    for (std::size_t i = 0; i < attempts.size(); ++i) {
      CHECK(attempts[i].origin == "start");
      CHECK(attempts[i].hop == static_cast<std::int64_t>(i));
    }
  }
}

TEST_CASE("generated costs are exact, and unknown where the tokens are") {
  Crowd crowd;
  model::LlmProvider llm = test::make_llm("priced");
  llm.cost_per_1k_input_tokens = parse_decimal("0.0015");
  llm.cost_per_1k_output_tokens = parse_decimal("0.02");
  int known = 0;
  int unknown = 0;
  for (const model::Attempt& attempt : crowd.chat.attempts()) {
    CHECK(attempt.cost_nanousd == model::cost_of(attempt.usage, llm));
    (attempt.cost_nanousd ? known : unknown) += 1;
  }
  CHECK(known > 10 * unknown / 3);
  CHECK(unknown > 0);
}

TEST_CASE("generated data holds what is rare, too") {
  Crowd crowd;
  for (const char* some :
       {"messages WHERE pending",
        "messages WHERE blocked",
        "messages WHERE role = 'system'",
        "messages WHERE deleted_at IS NOT NULL",
        "conversations WHERE deleted_at IS NOT NULL",
        "llmctl_attempts WHERE hop = 2",
        "llmctl_attempts WHERE status = 'failed'",
        "llmctl_attempts WHERE error_kind = 'cancelled'",
        "llmctl_attempts WHERE error_kind = 'content_filter'",
        "llmctl_attempts WHERE error_kind = 'rate_limited' AND http_status = 429",
        "llmctl_attempts WHERE cache_read_tokens IS NOT NULL",
        "llmctl_attempts WHERE reasoning_tokens IS NOT NULL",
        "llmctl_attempts WHERE finish_reason = 'length'",
        "llmctl_attempts WHERE first_token_us IS NOT NULL",
        "messages WHERE length(content) < 10",
        "messages WHERE length(content) > 3000",
        "messages WHERE content LIKE '%```%'",
        "messages WHERE content LIKE '%\xd8\xa7%'",
        "messages WHERE content LIKE '%\xe3\x81\xa7%'",
        "messages WHERE content LIKE '%\xc3\x9f%'",
        "messages WHERE content LIKE '%\xf0\x9f\x98\x80%'"}) {
    INFO(some);
    CHECK(crowd.chat.count(some) > 0);
  }
  const std::int64_t completed = crowd.chat.count("llmctl_attempts WHERE status = 'completed'");
  CHECK(completed * 10 > crowd.chat.count("llmctl_attempts") * 8);
  CHECK(crowd.chat.count("(SELECT 1 FROM llmctl_attempts GROUP BY actor)") > 5);
}

TEST_CASE("generated text is UTF-8 without NUL, and mostly short") {
  Crowd crowd;
  const auto contents = storage::collect(*crowd.chat.database,
                                         "SELECT content FROM messages ORDER BY length(content)",
                                         {}, [](const Row& row) { return row.text(0); });
  for (const std::string& content : contents) {
    CHECK_FALSE(find_invalid_utf8(content));
    CHECK(content.find('\0') == std::string::npos);
    CHECK(content.find("{n}") == std::string::npos);
  }
  CHECK(contents[contents.size() / 2].size() < 400);
}

TEST_CASE("most generated conversations begin at working hours") {
  Crowd crowd;
  const auto share = [&](const std::string& condition) {
    return crowd.chat.count("conversations WHERE " + condition);
  };
  CHECK(share("strftime('%H', created_at) BETWEEN '08' AND '17'") > 600);
  CHECK(share("strftime('%w', created_at) IN ('0', '6')") < 250);
  CHECK(share("strftime('%w', created_at) IN ('0', '6')") > 20);
}

TEST_CASE("a seed file has the same conversations and messages as the database") {
  Chat chat;
  fill(chat);
  generate_in(chat, small());
  std::ostringstream out;
  const GenerateResult written = write_generated(*chat.database, out, small());
  CHECK(written.created == 40);
  CHECK(written.messages == static_cast<std::uint64_t>(chat.count("messages")));

  std::istringstream lines(out.str());
  std::string line;
  REQUIRE(std::getline(lines, line));
  CHECK(line == R"({"llmctl":"seed/1","set":"generated"})");
  std::set<std::string> seen;
  while (std::getline(lines, line)) {
    const auto conversations = nlohmann::json::parse(line).at("conversations");
    REQUIRE(conversations.size() == 1);
    const nlohmann::json& fixture = conversations.begin().value();
    const auto id = parse_uuid(conversations.begin().key());
    REQUIRE(id);
    const auto stored = storage::find_conversation(*chat.database, *id);
    REQUIRE(stored);
    seen.insert(to_hex(*id));
    CHECK(fixture.at("title") == stored->title);
    CHECK(fixture.at("agent") == *stored->primary_agent);
    CHECK(fixture.at("llm") == *stored->primary_llm);
    CHECK(fixture.at("at") == to_rfc3339(stored->created_at));
    const auto messages = storage::messages_of(*chat.database, *id, true);
    REQUIRE(fixture.at("messages").size() == messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const auto& message = fixture.at("messages").at(i);
      CHECK(message.at("id") == to_string(messages[i].id));
      CHECK(message.at("role") == messages[i].role);
      CHECK(message.at("content") == messages[i].content);
      CHECK(message.at("at") == to_rfc3339(messages[i].created_at));
      CHECK(message.value("pending", false) == messages[i].pending);
      CHECK(message.contains("agent") == messages[i].agent.has_value());
      CHECK(message.contains("llm") == messages[i].llm_provider.has_value());
    }
  }
  CHECK(seen == ids(*chat.database));
}

TEST_CASE("generated data is the same on every machine") {
  Chat chat;
  fill(chat);
  std::ostringstream out;
  write_generated(*chat.database, out, small(20));
  // Change this only when the data is meant to change, and say so in the changelog.
  CHECK(sha256_hex(out.str()) ==
        "1d00c8c3922d66089d28a7ae91933628326d37e7d6f36b68cde172e7c36e432e");
}

TEST_CASE("a generated seed file is read as what was written, whatever its texts hold") {
  Chat chat;
  fill(chat);
  bool had_variable = false;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    GenerateOptions options = small(150);
    options.seed = seed;
    std::ostringstream out;
    write_generated(*chat.database, out, options);
    had_variable |= out.str().find("$${") != std::string::npos;
    Variables none;
    const Known known = known_in(*chat.database);
    const SeedSet set = load({{"generated.jsonl", out.str(), {}, {}}}, {&none, &known});
    Chat other;
    fill(other);
    apply(*other.database, set, {{}, start, "ada", {}});
    Chat direct;
    fill(direct);
    generate_in(direct, options);
    const auto contents = [](storage::Database& database) {
      return storage::collect(database, "SELECT id || content FROM messages ORDER BY id", {},
                              [](const Row& row) { return row.text(0); });
    };
    const auto read = contents(*other.database);
    const auto made = contents(*direct.database);
    REQUIRE(read.size() == made.size());
    for (std::size_t i = 0; i < read.size(); ++i) REQUIRE(read[i] == made[i]);
  }
  CHECK(had_variable);
}

}  // namespace
}  // namespace llmctl::seeding
