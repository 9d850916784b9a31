#include "admin/doctor.h"

#include <catch2/catch.hpp>

#include "tests/support/chat.h"
#include "tests/support/inspector.h"

namespace llmctl::admin {
namespace {

using test::Chat;

DoctorOptions current() {
  DoctorOptions options;
  options.schema_state = "current";
  return options;
}

const Finding* find(const std::vector<Finding>& findings, const std::string& check) {
  const auto found = std::ranges::find(findings, check, &Finding::check);
  return found == findings.end() ? nullptr : &*found;
}

TEST_CASE("a sound database has nothing but good findings") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  DoctorOptions options = current();
  options.deep = true;
  options.file = (chat.directory / "test.db").string();
  const auto findings = examine(*chat.database, options, chat.clock.now());
  for (const Finding& finding : findings) {
    CAPTURE(finding.check, finding.message);
    CHECK(finding.state == "ok");
    CHECK(finding.exit_code == 0);
  }
  for (const char* check : {"schema", "providers", "agents", "pending", "disk", "content"}) {
    CAPTURE(check);
    CHECK(find(findings, check) != nullptr);
  }
  CHECK(worst_exit_code(findings) == 0);
}

TEST_CASE("a schema that is not current is an error, and nothing below it is looked at") {
  for (const std::string state :
       {"empty", "pending", "newer", "edited", "missing", "out_of_order", "backend", "foreign"}) {
    CAPTURE(state);
    const test::TemporaryDirectory directory;
    const auto database = test::open_test_database(directory, storage::Access::create);
    DoctorOptions options;
    options.schema_state = state;
    const auto findings = examine(*database, options, test::test_start);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].state == "error");
    CHECK(findings[0].exit_code == 78);
  }
}

TEST_CASE("an active provider that cannot answer is an error, an inactive one is not") {
  Chat chat;
  auto remote = test::make_llm("remote");
  remote.provider_type = "intercom";
  chat.add(remote);
  chat.add_scripted("bad", R"({"replay": 1})");
  auto off = test::make_llm("off");
  off.provider_type = "azure";
  off.is_active = false;
  chat.add(off);
  const auto findings = examine(*chat.database, current(), chat.clock.now());
  REQUIRE(find(findings, "provider remote") != nullptr);
  CHECK(find(findings, "provider remote")->exit_code == 78);
  REQUIRE(find(findings, "provider bad") != nullptr);
  CHECK_THAT(find(findings, "provider bad")->message, Catch::Contains("'replay'"));
  CHECK(find(findings, "provider off") == nullptr);
  CHECK(find(findings, "providers")->message == "2 active");
  CHECK(worst_exit_code(findings) == 78);
}

TEST_CASE("without an active provider there is a warning, which is no failure") {
  Chat chat;
  const auto findings = examine(*chat.database, current(), chat.clock.now());
  CHECK(find(findings, "providers")->state == "warning");
  CHECK(worst_exit_code(findings) == 0);
}

TEST_CASE("the oldest pending message is an error only when it is older than it may be") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  const Uuid id = chat.add_conversation().id;
  chat.add_message(id, "assistant", "", {}, true);
  chat.clock.wall += std::chrono::minutes(10);
  chat.add_message(chat.add_conversation().id, "assistant", "", {}, true);
  DoctorOptions options = current();
  const Timestamp now = chat.clock.wall;
  auto findings = examine(*chat.database, options, now);
  CHECK(find(findings, "pending")->state == "ok");
  CHECK(find(findings, "pending")->message ==
        "2 waiting, the oldest for 10m in conversation " + to_string(id));
  options.max_pending_age = std::chrono::minutes(10);
  CHECK(worst_exit_code(examine(*chat.database, options, now)) == 0);
  options.max_pending_age = std::chrono::minutes(9);
  findings = examine(*chat.database, options, now);
  CHECK(find(findings, "pending")->state == "error");
  CHECK(worst_exit_code(findings) == 2);
}

TEST_CASE("damage is found only when the whole file is read, and outweighs everything") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  test::Inspector raw(chat.directory / "test.db");
  raw.execute(
      "PRAGMA foreign_keys=OFF; INSERT INTO tools_agents (tool_id, agent_id) VALUES ('x','y')");
  CHECK(worst_exit_code(examine(*chat.database, current(), chat.clock.now())) == 0);
  DoctorOptions options = current();
  options.deep = true;
  const auto findings = examine(*chat.database, options, chat.clock.now());
  CHECK(worst_exit_code(findings) == 3);
  CHECK(std::ranges::count(findings, "content", &Finding::check) == 2);
}

TEST_CASE("the worst finding decides the exit code, integrity before everything") {
  struct Case {
    std::vector<int> codes;
    int worst;
  };
  const Case cases[] = {{{}, 0},          {{0, 0}, 0},         {{0, 2}, 2},
                        {{2, 78, 0}, 78}, {{78, 3, 2, 74}, 3}, {{74, 2}, 74}};
  for (const Case& c : cases) {
    std::vector<Finding> findings;
    for (const int code : c.codes) findings.push_back({"x", "", "", code});
    CHECK(worst_exit_code(findings) == c.worst);
  }
}

TEST_CASE("a row that cannot be read is the finding of its check, and the others go on") {
  Chat chat;
  chat.add(test::make_llm("odd"));
  chat.database->execute("UPDATE llm_providers SET display_order = 'first'");
  const auto findings = examine(*chat.database, current(), chat.clock.now());
  REQUIRE(find(findings, "providers") != nullptr);
  CHECK(find(findings, "providers")->state == "error");
  CHECK_THAT(find(findings, "providers")->message,
             Catch::Contains("row 'odd'") && Catch::Contains("correct the row"));
  CHECK(find(findings, "agents")->state == "ok");
  CHECK(find(findings, "pending")->state == "ok");
  CHECK(worst_exit_code(findings) == 3);
}

TEST_CASE("an active agent must have what it names, an inactive one need not") {
  Chat chat;
  chat.add(test::make_llm("there"));
  chat.add(test::make_llm("gone"));
  chat.add(test::make_agent("fine", "there", {"there"}));
  chat.add(test::make_agent("dangling", "gone", {"gone", "there"}));
  chat.add(test::make_agent("refused", "there", {"gone"}));
  auto off = test::make_agent("off", "gone");
  off.is_active = false;
  chat.add(off);
  test::Inspector(chat.directory / "test.db")
      .execute("PRAGMA foreign_keys=OFF; DELETE FROM llm_providers WHERE id = 'gone'");
  const auto findings = examine(*chat.database, current(), chat.clock.now());
  std::vector<std::string> told;
  for (const Finding& finding : findings) {
    if (!finding.check.starts_with("agent ")) continue;
    CHECK(finding.exit_code == 78);
    told.push_back(finding.check + ": " + finding.message);
  }
  CHECK(told ==
        std::vector<std::string>{
            "agent dangling: default_llm: there is no 'gone'",
            "agent dangling: allowed_llms: there is no 'gone'",
            "agent refused: default_llm: 'there' is not among the allowed_llms, and refused",
            "agent refused: allowed_llms: there is no 'gone'"});
  CHECK(find(findings, "agents")->message == "3 active");
}

TEST_CASE("a message that waits for more than a day is a warning, and its age can be read") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  const Uuid id = chat.add_conversation().id;
  chat.add_message(id, "assistant", "", {}, true);
  struct Case {
    Duration age;
    std::string text;
    std::string state;
  };
  const Timestamp start = chat.clock.wall;
  for (const Case& c :
       {Case{std::chrono::seconds(90), "90s", "ok"}, Case{std::chrono::minutes(125), "2h 5m", "ok"},
        Case{std::chrono::hours(24), "1d 0h", "ok"},
        Case{std::chrono::hours(7834), "326d 10h", "warning"}}) {
    const auto findings = examine(*chat.database, current(), start + c.age);
    CHECK(find(findings, "pending")->state == c.state);
    CHECK(find(findings, "pending")->message ==
          "1 waiting, the oldest for " + c.text + " in conversation " + to_string(id));
    CHECK(worst_exit_code(findings) == 0);
  }
}

}  // namespace
}  // namespace llmctl::admin
