#include <fmt/format.h>

#include <algorithm>

#include "comparisons.h"

namespace llmctl::bench {
namespace {

/// Conversations of ten messages, question and answer in turn, one every 20 seconds.
void fill(const Workplace& workplace, const std::string& database, int messages) {
  run(workplace.llmctl(database, {"init"}));
  const std::string sql = fmt::format(R"sql(
    PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;
    BEGIN;
    CREATE TEMP TABLE turns AS
      WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {})
      SELECT n, printf('%012x7000a%015x', 1735689600000 + n / 10 * 200000, n / 10) AS conversation,
             printf('%012x7000b%015x', 1735689600000 + n * 20000, n) AS id,
             strftime('%Y-%m-%d %H:%M:%S', 1735689600 + n * 20, 'unixepoch') || '.000001' AS at
      FROM numbers;
    INSERT INTO conversations
      (id, title, model_id, primary_agent_id, primary_llm_id, created_at, updated_at, deleted_at)
      SELECT conversation, 'What is personal data?', 'dummy', 'data-protection-expert', 'dummy', at, at, NULL
      FROM turns WHERE n % 10 = 0;
    INSERT INTO messages (id, conversation_id, role, content, agent_id, llm_provider_id, protegrity_data, pending,
                          blocked, created_at, deleted_at)
      SELECT id, conversation, iif(n % 2, 'assistant', 'user'),
             'Message ' || n || ' asks or answers what personal data is, in a sentence of some length.',
             iif(n % 2, 'data-protection-expert', NULL), iif(n % 2, 'dummy', NULL), NULL, 0, 0, at, NULL
      FROM turns;
    INSERT INTO llmctl_attempts (id, conversation_id, user_message_id, assistant_message_id, hop, origin, actor,
                                 agent_id, llm_provider_id, provider_type, requested_model, status, input_tokens,
                                 output_tokens, latency_us, started_at, lease_until, finished_at)
      SELECT answer.id, answer.conversation, question.id, answer.id, 0, 'chat', 'bench', 'data-protection-expert',
             'dummy', 'custom', '', 'completed', 20, 40, 1000, question.at, answer.at, answer.at
      FROM turns AS answer JOIN turns AS question ON question.rowid = answer.rowid - 1 WHERE answer.n % 2;
    COMMIT;
    PRAGMA journal_mode=WAL;
  )sql",
                                      messages);
  run(workplace.shell(database, "fill.sql", sql));
}

}  // namespace

Comparison audit(const Workplace& workplace) {
  fill(workplace, "large.db", workplace.options().messages);
  fill(workplace, "small.db", std::min(1'000, workplace.options().messages));
  return {fmt::format("audit list -n 20, {} messages", workplace.options().messages),
          "the same at 1000 messages",
          2,
          {{}, {workplace.llmctl("large.db", {"audit", "list", "-n", "20"})}},
          {{}, {workplace.llmctl("small.db", {"audit", "list", "-n", "20"})}}};
}

}  // namespace llmctl::bench
