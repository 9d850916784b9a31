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

TEST_CASE("a change that comes between reading and writing is not lost") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  const auto other = test::open_test_database(chat.directory, storage::Access::read_write);
  int calls = 0;
  const auto changed = change<LlmProvider>(
      *chat.database, "fast",
      [&](LlmProvider llm) {
        if (++calls == 1)
          other->execute("UPDATE llm_providers SET description = 'theirs' WHERE id = 'fast'");
        llm.max_tokens = 7;
        return llm;
      },
      {chat.clock.now(), "ada", "smaller"});
  CHECK(calls == 2);
  CHECK(changed.before->description == "theirs");
  const auto stored = storage::find<LlmProvider>(*chat.database, "fast");
  CHECK(stored->description == "theirs");
  CHECK(stored->max_tokens == 7);
  CHECK(storage::find_revision(*chat.database, 1)->actor == "outside llmctl");
  CHECK_THAT(storage::find_revision(*chat.database, 1)->content.text,
             Catch::Contains("\"description\":\"theirs\""));
  CHECK(changed.revision == 2);
}

TEST_CASE("an edit that throws inside the transaction leaves nothing") {
  Chat chat;
  chat.add(test::make_llm("fast"));
  int calls = 0;
  const Error error = error_from([&] {
    change<LlmProvider>(*chat.database, "fast",
                        [&](LlmProvider llm) {
                          if (++calls == 2) throw Error(ErrorKind::refused, "no");
                          llm.max_tokens = 7;
                          return llm;
                        },
                        {chat.clock.now(), "ada", ""});
  });
  CHECK(error.kind == ErrorKind::refused);
  CHECK(chat.count("llmctl_revisions") == 0);
  CHECK(storage::find<LlmProvider>(*chat.database, "fast")->max_tokens == 4096);
}

TEST_CASE("planning a change writes nothing, and can begin with nothing") {
  Chat chat;
  const Edit<LlmProvider> name_it = [](LlmProvider llm) {
    llm.name = "N";
    return llm;
  };
  CHECK(error_from([&] { plan_change<LlmProvider>(*chat.database, "new", name_it); }).kind ==
        ErrorKind::not_found);
  const auto planned = plan_change<LlmProvider>(*chat.database, "new", name_it, Absent::create);
  CHECK_FALSE(planned.before);
  CHECK(planned.after.id == "new");
  CHECK(planned.changes);
  CHECK_FALSE(planned.revision);
  CHECK(chat.count("llm_providers") == 0);
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
