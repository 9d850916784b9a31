#include "admin/catalog.h"

#include <catch2/catch.hpp>

#include "storage/revisions.h"
#include "tests/support/chat.h"

namespace llmctl::admin {
namespace {

using model::LlmProvider;
using test::Chat;
using test::error_from;

TEST_CASE("disabling keeps revisions of before and after, with who and why") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  const Timestamp now = test::test_start + std::chrono::hours(1);
  const ActiveChange change = set_active<LlmProvider>(*chat.database, "fast", false, now, "ada");
  CHECK(change.kind == "provider");
  CHECK(change.id == "fast");
  CHECK_FALSE(change.is_active);
  CHECK(change.changed);
  const auto stored = storage::find<LlmProvider>(*chat.database, "fast");
  CHECK_FALSE(stored->is_active);
  CHECK(stored->updated_at == now);
  CHECK(stored->created_at == test::test_start);

  CHECK(chat.count("llmctl_revisions") == 2);
  const auto before = storage::find_revision(*chat.database, 1);
  CHECK(before->actor == "outside llmctl");
  CHECK_THAT(before->content.text, Catch::Contains("\"is_active\":true"));
  const auto after = storage::latest_revision(*chat.database, "llm_providers", "fast");
  CHECK(after->actor == "ada");
  CHECK(after->reason == "disabled");
  CHECK(after->recorded_at == now);
  CHECK_THAT(after->content.text, Catch::Contains("\"is_active\":false"));

  set_active<LlmProvider>(*chat.database, "fast", true, now, "bob");
  CHECK(chat.count("llmctl_revisions") == 3);
  CHECK(storage::latest_revision(*chat.database, "llm_providers", "fast")->reason == "enabled");
}

TEST_CASE("what is so already is not written, and needs no lock") {
  Chat chat;
  chat.add(test::make_agent("law"));
  const auto other = test::open_test_database(chat.directory, storage::Access::read_write);
  const storage::Transaction writer(*other);
  const ActiveChange change =
      set_active<model::Agent>(*chat.database, "law", true, chat.clock.now(), "ada");
  CHECK_FALSE(change.changed);
  CHECK(change.is_active);
  CHECK(change.kind == "agent");
  CHECK(chat.count("llmctl_revisions") == 0);
  CHECK(storage::find<model::Agent>(*chat.database, "law")->updated_at == test::test_start);
}

TEST_CASE("what does not exist cannot be enabled") {
  Chat chat;
  const Error error = error_from(
      [&] { set_active<model::Tool>(*chat.database, "saw", true, chat.clock.now(), "ada"); });
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.what() == std::string("no tool 'saw'"));
}

}  // namespace
}  // namespace llmctl::admin
