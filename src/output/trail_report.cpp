#include "output/trail_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/text.h"
#include "output/sanitize.h"

namespace llmctl::output {
namespace {

using model::Attempt;
using model::Message;

constexpr std::size_t preview_code_points = 500;

Cell tokens_cell(const model::Usage& usage) {
  return usage.input_tokens || usage.output_tokens ? Cell(tokens_text(usage)) : Cell();
}

/// "12.3s": milliseconds below a second, so that both fast and slow answers can be read.
std::string latency_text(std::int64_t micros) {
  return micros < 1'000'000 ? fmt::format("{:.1f}ms", static_cast<double>(micros) / 1e3)
                            : fmt::format("{:.1f}s", static_cast<double>(micros) / 1e6);
}

/// "general-assistant via dummy: the first words"; what a reader wants to know of a message at a
/// glance.
std::string preview(const Message& message) {
  std::string who;
  if (message.agent && message.llm_provider) {
    who = fmt::format("{} via {}", *message.agent, *message.llm_provider);
  } else if (message.agent || message.llm_provider) {
    who = message.agent ? *message.agent : *message.llm_provider;
  }
  if (message.content.empty()) return who;
  if (!who.empty()) who += ": ";
  return who + std::string(first_code_points(message.content, preview_code_points));
}

const std::vector<Column> message_columns{{"created_at", "TIME"},
                                          {"id", "ID"},
                                          {"role", "ROLE"},
                                          {"status", "STATUS"},
                                          {"tokens", "TOKENS", false, true},
                                          {"cost_usd", "COST USD", false, true},
                                          {"preview", "PREVIEW", false, false, true},
                                          {"conversation_id"},
                                          {"agent"},
                                          {"llm"},
                                          {"model"},
                                          {"input_tokens"},
                                          {"output_tokens"},
                                          {"error_kind"},
                                          {"actor"},
                                          {"attempt_id"},
                                          {"blocked"},
                                          {"deleted_at"},
                                          {"content"}};

std::vector<Cell> cells_of(const audit::MessageEntry& entry) {
  const Message& m = entry.message;
  const Attempt none;
  const Attempt& a = entry.attempt ? *entry.attempt : none;
  const auto of_attempt = [&](Cell value) { return entry.attempt ? std::move(value) : Cell(); };
  const std::string model = a.served_model.value_or(a.requested_model);
  return {m.created_at,
          m.id,
          m.role,
          entry.attempt ? Cell(a.status)
          : m.pending   ? Cell("pending")
                        : Cell(),
          tokens_cell(a.usage),
          usd_cell(a.cost_nanousd),
          preview(m),
          m.conversation_id,
          cell(m.agent),
          cell(m.llm_provider),
          of_attempt(model.empty() ? Cell() : Cell(model)),
          cell(a.usage.input_tokens),
          cell(a.usage.output_tokens),
          cell(a.error_kind),
          of_attempt(a.actor),
          of_attempt(a.id),
          m.blocked,
          cell(m.deleted_at),
          m.content};
}

/// Every attempt column; the first titled ones make the text table.
const std::vector<Column> attempt_columns{{"started_at", "TIME"},
                                          {"id", "ID"},
                                          {"status", "STATUS"},
                                          {"llm", "LLM", true},
                                          {"tokens", "TOKENS", false, true},
                                          {"cost_usd", "COST USD", false, true},
                                          {"latency", "LATENCY", false, true},
                                          {"note", "NOTE", false, false, true},
                                          {"conversation_id"},
                                          {"user_message_id"},
                                          {"assistant_message_id"},
                                          {"hop"},
                                          {"origin"},
                                          {"actor"},
                                          {"agent"},
                                          {"agent_revision"},
                                          {"llm_revision"},
                                          {"provider_type"},
                                          {"requested_model"},
                                          {"served_model"},
                                          {"error_kind"},
                                          {"error_message"},
                                          {"http_status"},
                                          {"request_id"},
                                          {"finish_reason"},
                                          {"input_tokens"},
                                          {"output_tokens"},
                                          {"cache_read_tokens"},
                                          {"cache_write_tokens"},
                                          {"reasoning_tokens"},
                                          {"latency_us"},
                                          {"first_token_us"},
                                          {"partial_content"},
                                          {"tool_calls"},
                                          {"lease_until"},
                                          {"finished_at"}};

/// Why an attempt has no answer, for people.
Cell note_of(const Attempt& a) {
  if (!a.error_kind) return {};
  const std::string http = a.http_status ? fmt::format(" (HTTP {})", *a.http_status) : "";
  return fmt::format("{}{}: {}", *a.error_kind, http, a.error_message.value_or(""));
}

std::vector<Cell> cells_of(const Attempt& a) {
  return {a.started_at,
          a.id,
          a.status,
          cell(a.llm_provider),
          tokens_cell(a.usage),
          usd_cell(a.cost_nanousd),
          a.latency_us ? Cell(latency_text(*a.latency_us)) : Cell(),
          note_of(a),
          a.conversation_id,
          cell(a.user_message_id),
          cell(a.assistant_message_id),
          a.hop,
          a.origin,
          a.actor,
          cell(a.agent),
          cell(a.agent_revision),
          cell(a.llm_revision),
          a.provider_type,
          a.requested_model,
          cell(a.served_model),
          cell(a.error_kind),
          cell(a.error_message),
          cell(a.http_status),
          cell(a.request_id),
          cell(a.finish_reason),
          cell(a.usage.input_tokens),
          cell(a.usage.output_tokens),
          cell(a.usage.cache_read_tokens),
          cell(a.usage.cache_write_tokens),
          cell(a.usage.reasoning_tokens),
          cell(a.latency_us),
          cell(a.first_token_us),
          cell(a.partial_content),
          cell(a.tool_calls),
          a.lease_until,
          cell(a.finished_at)};
}

struct CellJson {
  nlohmann::ordered_json operator()(std::monostate) const { return nullptr; }
  nlohmann::ordered_json operator()(bool value) const { return value; }
  nlohmann::ordered_json operator()(std::int64_t value) const { return value; }
  nlohmann::ordered_json operator()(const std::string& value) const { return value; }
  nlohmann::ordered_json operator()(const Uuid& value) const { return to_string(value); }
  nlohmann::ordered_json operator()(Timestamp value) const { return to_rfc3339(value); }
  nlohmann::ordered_json operator()(NanoUsd value) const { return usd_from_nano(value.amount); }
  nlohmann::ordered_json operator()(const JsonText& value) const {
    return nlohmann::ordered_json::parse(canonical_json(value));
  }
};

}  // namespace

std::string tokens_text(const model::Usage& usage) {
  const auto text = [](const std::optional<std::int64_t>& count) {
    return count ? fmt::format("{}", *count) : "?";
  };
  return fmt::format("{}+{}", text(usage.input_tokens), text(usage.output_tokens));
}

nlohmann::ordered_json attempt_json(const Attempt& attempt) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  const std::vector<Cell> cells = cells_of(attempt);
  for (std::size_t i = 0; i < cells.size(); ++i)
    object[attempt_columns[i].key] = std::visit(CellJson{}, cells[i]);
  return object;
}

Report messages_report(const audit::MessageList& list) {
  Report report;
  report.name = "messages";
  report.columns = message_columns;
  report.empty_text = "no messages";
  report.cursor = list.next_cursor;
  for (const auto& entry : list.entries) report.rows.push_back(cells_of(entry));
  return report;
}

Report attempts_report(const audit::AttemptList& list) {
  Report report;
  report.name = "attempts";
  report.columns = attempt_columns;
  report.empty_text = "no attempts";
  report.cursor = list.next_cursor;
  for (const auto& attempt : list.attempts) report.rows.push_back(cells_of(attempt));
  return report;
}

}  // namespace llmctl::output
