#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "chat/poll.h"
#include "chat/runtime.h"
#include "chat/turn.h"
#include "model/records.h"
#include "storage/attempts.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "tests/support/database.h"

namespace llmctl::test {

inline const Timestamp test_start = *parse_rfc3339("2026-10-01T12:00:00Z");

/// Stands still but for one microsecond a reading, as the frozen clock does; a test may also set
/// it, and the steady time goes its own way.
class TestClock final : public Clock {
 public:
  Timestamp now() override { return wall += Duration{1}; }
  Duration elapsed() override { return steady; }
  void sleep_for(Duration duration) override {
    wall += duration;
    steady += duration;
    slept.push_back(duration);
  }

  Timestamp wall = test_start;
  Duration steady{};
  std::vector<Duration> slept;
};

inline model::LlmProvider make_llm(const std::string& id, const std::string& configuration = "{}") {
  model::LlmProvider llm;
  llm.id = id;
  llm.name = "LLM " + id;
  llm.provider_type = "custom";
  llm.configuration = {configuration};
  llm.created_at = llm.updated_at = test_start;
  return llm;
}

inline model::Agent make_agent(const std::string& id, std::optional<std::string> default_llm = {},
                               std::vector<std::string> allowed_llms = {}) {
  model::Agent agent;
  agent.id = id;
  agent.name = "Agent " + id;
  agent.default_llm = std::move(default_llm);
  agent.allowed_llms = std::move(allowed_llms);
  agent.created_at = agent.updated_at = test_start;
  return agent;
}

inline chat::TurnRequest make_request(const std::string& message) {
  chat::TurnRequest request;
  request.message = message;
  request.actor = "ada";
  return request;
}

/// A database with all tables, and what turns and polls work with.
struct Chat {
  TemporaryDirectory directory;
  std::unique_ptr<storage::Database> database = migrated_database(directory);
  TestClock clock;
  UuidSource ids{RandomSource(7)};
  RandomSource random{7};
  std::vector<std::string> notes;
  chat::Runtime runtime{*database, clock,
                        ids,       random,
                        nullptr,   [this](std::string_view note) { notes.emplace_back(note); }};

  void add(const model::LlmProvider& llm) { storage::insert(*database, llm); }
  void add(const model::Agent& agent) { storage::insert(*database, agent); }
  /// An active LLM whose Dummy follows this script.
  void add_scripted(const std::string& id, const std::string& script) {
    add(make_llm(id, R"({"script": )" + script + "}"));
  }

  chat::TurnResult send(const chat::TurnRequest& request) { return chat::send(runtime, request); }
  /// A turn in a new conversation, with this LLM.
  chat::TurnResult ask(const std::string& llm, const std::string& message = "hello") {
    chat::TurnRequest request = make_request(message);
    request.llm = llm;
    return send(request);
  }
  std::vector<chat::PollOutcome> poll(std::vector<Uuid> conversations = {}) {
    return chat::poll(runtime, {std::move(conversations), "bob"});
  }

  std::int64_t count(const std::string& from) {
    return *storage::find_one(*database, "SELECT COUNT(*) FROM " + from, {},
                              [](const storage::Row& row) { return row.integer(0); });
  }
  /// Every attempt, in the order of the tries.
  std::vector<model::Attempt> attempts() {
    return storage::collect(*database,
                            "SELECT " + storage::attempt_columns("a") +
                                " FROM llmctl_attempts a ORDER BY a.started_at, a.id",
                            {}, [](const storage::Row& row) { return storage::read_attempt(row); });
  }
  std::vector<model::Message> messages(const Uuid& conversation) {
    return storage::messages_of(*database, conversation, true);
  }
  /// A message as the backend writes it: no attempt beside it.
  model::Message add_message(const Uuid& conversation, const std::string& role,
                             const std::string& content, const std::optional<std::string>& llm = {},
                             bool pending = false) {
    model::Message message;
    message.created_at = clock.now();
    message.id = ids.next(message.created_at);
    message.conversation_id = conversation;
    message.role = role;
    message.content = content;
    message.llm_provider = llm;
    message.pending = pending;
    storage::insert_message(*database, message);
    return message;
  }
  model::Conversation add_conversation(const std::optional<std::string>& llm = {}) {
    model::Conversation conversation;
    conversation.created_at = conversation.updated_at = clock.now();
    conversation.id = ids.next(conversation.created_at);
    conversation.primary_llm = llm;
    conversation.model_id = llm.value_or("dummy");
    storage::insert_conversation(*database, conversation);
    return conversation;
  }
};

/// The Error that `action` throws; a test that gets none fails.
template <class Action>
Error error_from(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("no llmctl::Error was thrown");
}

}  // namespace llmctl::test
