#include "output/turn_report.h"

#include <fmt/format.h>

#include "base/decimal.h"
#include "output/trail_report.h"

namespace llmctl::output {
std::string usage_line(const model::Attempt& attempt) {
  const bool known = attempt.usage.input_tokens || attempt.usage.output_tokens;
  std::string line =
      fmt::format("tokens {}, cost {}", known ? tokens_text(attempt.usage) : "unknown",
                  attempt.cost_nanousd ? usd_from_nano(*attempt.cost_nanousd) + " USD" : "unknown");
  if (attempt.latency_us)
    line += fmt::format(", {:.3f}s", static_cast<double>(*attempt.latency_us) / 1e6);
  return line;
}

Report turn_report(const chat::TurnResult& turn) {
  const model::Attempt& a = turn.attempt;
  const auto& answer = turn.assistant_message;
  const bool answered = answer && !answer->pending;
  const bool stored = answered && !turn.not_stored;
  Report report;
  report.name = "turn";
  report.single = true;
  report.columns = {{"conversation_id"},
                    {"user_message_id"},
                    {"assistant_message_id"},
                    {"status"},
                    {"agent"},
                    {"llm"},
                    {"requested_model"},
                    {"served_model"},
                    {"content"},
                    {"finish_reason"},
                    {"input_tokens"},
                    {"output_tokens"},
                    {"cache_read_tokens"},
                    {"cache_write_tokens"},
                    {"reasoning_tokens"},
                    {"cost_usd"},
                    {"latency_us"},
                    {"attempt_id"},
                    {"stored"}};
  report.rows = {{turn.conversation.id, turn.user_message.id,
                  stored || (answer && answer->pending) ? Cell(answer->id) : Cell(), a.status,
                  cell(a.agent), cell(a.llm_provider), a.requested_model, cell(a.served_model),
                  answered ? Cell(answer->content) : Cell(), cell(a.finish_reason),
                  cell(a.usage.input_tokens), cell(a.usage.output_tokens),
                  cell(a.usage.cache_read_tokens), cell(a.usage.cache_write_tokens),
                  cell(a.usage.reasoning_tokens), usd_cell(a.cost_nanousd), cell(a.latency_us),
                  a.id, !turn.not_stored.has_value()}};
  report.text = answered ? answer->content : to_string(turn.conversation.id);
  return report;
}

Report poll_report(const std::vector<chat::PollOutcome>& outcomes) {
  Report report;
  report.name = "polled";
  report.columns = {{"conversation_id", "CONVERSATION"},
                    {"message_id", "MESSAGE"},
                    {"status", "STATUS"},
                    {"llm", "LLM"},
                    {"note", "NOTE", true},
                    {"attempt_id"}};
  for (const chat::PollOutcome& outcome : outcomes) {
    report.rows.push_back({outcome.conversation_id, cell(outcome.message_id),
                           std::string(status_name(outcome.status)), cell(outcome.llm),
                           outcome.note.empty() ? Cell() : Cell(outcome.note),
                           outcome.attempt ? Cell(outcome.attempt->id) : Cell()});
  }
  return report;
}

}  // namespace llmctl::output
