#include <fmt/format.h>

#include <regex>

#include "comparisons.h"
#include "database.h"

namespace llmctl::bench {
namespace {

Command turn_on(const Workplace& workplace, const std::string& database) {
  return workplace.llmctl(database,
                          {"chat", "-a", "data-protection-expert", "What is personal data?"});
}

/// The rows of the latest turn, with its ids replaced by @c, @u, @s and @t.
std::string turn_writes(const Database& database) {
  const std::string latest = "FROM llmctl_attempts ORDER BY started_at DESC LIMIT 1";
  const std::string attempt = database.value("SELECT id " + latest);
  const std::string conversation = database.value("SELECT conversation_id " + latest);
  const std::string question = database.value("SELECT user_message_id " + latest);
  const std::string answer = database.value("SELECT assistant_message_id " + latest);
  const auto row = [&database](const std::string& table, const std::string& id) {
    return database.as_inserts(table, "id = '" + id + "'");
  };
  std::string writes = fmt::format(
      "PRAGMA foreign_keys=ON;\nPRAGMA synchronous=FULL;\n"
      "BEGIN IMMEDIATE;\n{}{}{}COMMIT;\n"
      "BEGIN IMMEDIATE;\n{}"
      "UPDATE llmctl_attempts SET status = 'completed', assistant_message_id = '{}', "
      "latency_us = 100, finished_at = started_at WHERE id = '{}';\nCOMMIT;\n",
      row("conversations", conversation), row("messages", question),
      row("llmctl_attempts", attempt), row("messages", answer), answer, attempt);
  for (const auto& [id, name] : {std::pair(conversation, "@c"), std::pair(question, "@u"),
                                 std::pair(answer, "@s"), std::pair(attempt, "@t")}) {
    writes = std::regex_replace(writes, std::regex(id), name);
  }
  return writes;
}

}  // namespace

Comparison turn(const Workplace& workplace) {
  for (const char* file : {"turns.db", "floor_turns.db"}) {
    run(workplace.llmctl(file, {"init"}));
    run(turn_on(workplace, file));  // the first turn also keeps a revision of agent and LLM
  }
  const std::string writes = turn_writes(Database(workplace.file("turns.db")));
  // Every run writes rows of its own.
  const auto prepare = [&workplace, writes, number = 0]() mutable {
    std::string fresh = writes;
    for (const char* row : {"@c", "@u", "@s", "@t"}) {
      fresh = std::regex_replace(fresh, std::regex(row),
                                 fmt::format("{:031x}{}", ++number, row[1] == 'c' ? 0 : 1));
    }
    workplace.write("turn.sql", fresh);
  };
  return {"one stored Dummy turn",
          "sqlite3, same rows, two transactions",
          2,
          {{}, {turn_on(workplace, "turns.db")}},
          {prepare, {workplace.shell("floor_turns.db", "turn.sql")}}};
}

int commits_of_a_turn(const Workplace& workplace) {
  run(workplace.llmctl("commits.db", {"init"}));
  run(turn_on(workplace, "commits.db"));
  const Database reader(workplace.file("commits.db"));
  reader.value(
      "SELECT count(*) FROM messages");  // an open connection keeps the log from being removed
  run(turn_on(workplace, "commits.db"));
  return commits_in_log(workplace.file("commits.db-wal"));
}

}  // namespace llmctl::bench
