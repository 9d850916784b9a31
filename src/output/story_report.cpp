#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "output/sanitize.h"
#include "output/trail_report.h"

namespace llmctl::output {
namespace {

using model::Attempt;
using nlohmann::ordered_json;

/// "label:   value", or nothing without a value.
void add_line(std::string& text, std::string_view label, std::string_view value) {
  if (!value.empty())
    text += fmt::format("{:<14}{}\n", fmt::format("{}:", label), sanitize(value, false));
}

void add_block(std::string& text, std::string_view heading, std::string_view content) {
  text += fmt::format("{}:\n", heading);
  const std::string shown = sanitize(content, true);
  for (std::size_t start = 0; start < shown.size();) {
    const std::size_t end = std::min(shown.find('\n', start), shown.size());
    text += end == start ? "\n" : "  " + shown.substr(start, end - start) + "\n";
    start = end + 1;
  }
}

std::string usd_or_unknown(const std::optional<std::int64_t>& nano_usd) {
  return nano_usd ? usd_from_nano(*nano_usd) + " USD" : "unknown";
}

std::string token_list(const model::Usage& usage) {
  std::string list;
  const auto add = [&](std::string_view name, const std::optional<std::int64_t>& count) {
    if (count) list += fmt::format("{}{} {}", list.empty() ? "" : ", ", name, *count);
  };
  add("input", usage.input_tokens);
  add("output", usage.output_tokens);
  add("cache read", usage.cache_read_tokens);
  add("cache write", usage.cache_write_tokens);
  add("reasoning", usage.reasoning_tokens);
  return list.empty() ? "unknown" : list;
}

void add_attempt(std::string& text, const Attempt& a) {
  text += fmt::format("\nattempt {} ({})\n", to_string(a.id), sanitize(a.status, false));
  add_line(text, "time", to_rfc3339(a.started_at));
  add_line(text, "actor", fmt::format("{} ({})", a.actor, a.origin));
  add_line(text, "LLM", fmt::format("{} ({})", a.llm_provider.value_or("none"), a.provider_type));
  add_line(text, "requested", a.requested_model);
  add_line(text, "served", a.served_model.value_or(""));
  add_line(text, "tokens", token_list(a.usage));
  add_line(text, "cost", usd_or_unknown(a.cost_nanousd));
  if (a.latency_us)
    add_line(text, "latency", fmt::format("{:.3f}s", static_cast<double>(*a.latency_us) / 1e6));
  add_line(text, "finish", a.finish_reason.value_or(""));
  add_line(text, "request id", a.request_id.value_or(""));
  if (a.error_kind) {
    add_line(text, "error", fmt::format("{}: {}", *a.error_kind, a.error_message.value_or("")));
  }
  if (a.http_status) add_line(text, "HTTP status", fmt::format("{}", *a.http_status));
  if (a.partial_content) add_block(text, "partial answer", *a.partial_content);
  if (a.tool_calls) add_block(text, "tool calls", canonical_json(*a.tool_calls));
}

ordered_json revision_json(const std::optional<model::Revision>& revision) {
  if (!revision) return nullptr;
  return {{"number", revision->number},
          {"id", revision->object_id},
          {"sha256", revision->sha256},
          {"recorded_at", to_rfc3339(revision->recorded_at)},
          {"actor", revision->actor},
          {"reason", revision->reason},
          {"content", ordered_json::parse(canonical_json(revision->content))}};
}

std::string text_in(const model::Revision& revision, const char* field) {
  const auto content = nlohmann::json::parse(revision.content.text, nullptr, false);
  const bool there = content.is_object() && content.contains(field) && content[field].is_string();
  return there ? content[field].get<std::string>() : "";
}

void add_revisions(std::string& text, const audit::MessageStory& story) {
  if (story.llm_revision) {
    const std::string input = text_in(*story.llm_revision, "cost_per_1k_input_tokens");
    const std::string output = text_in(*story.llm_revision, "cost_per_1k_output_tokens");
    text += fmt::format("\nLLM '{}' as it was (revision {})\n", story.llm_revision->object_id,
                        story.llm_revision->number);
    add_line(text, "name", text_in(*story.llm_revision, "name"));
    add_line(
        text, "price",
        input.empty() && output.empty()
            ? "unknown"
            : fmt::format("{} USD per 1,000 input tokens, {} per 1,000 output tokens",
                          input.empty() ? "unknown" : input, output.empty() ? "unknown" : output));
  }
  if (story.agent_revision) {
    text += fmt::format("\nagent '{}' as it was (revision {})\n", story.agent_revision->object_id,
                        story.agent_revision->number);
    add_line(text, "name", text_in(*story.agent_revision, "name"));
    add_block(text, "system prompt", text_in(*story.agent_revision, "system_prompt"));
  }
}

std::string story_text(const audit::MessageStory& story) {
  const model::Message& m = story.message;
  std::string text;
  add_line(text, "message", to_string(m.id));
  add_line(text, "conversation",
           fmt::format("{} {}", to_string(m.conversation_id), story.conversation.title));
  add_line(text, "time", to_rfc3339(m.created_at));
  add_line(text, "role", m.role);
  add_line(text, "agent", m.agent.value_or(""));
  add_line(text, "LLM", m.llm_provider.value_or(""));
  if (m.pending) add_line(text, "pending", "yes");
  if (m.blocked) add_line(text, "blocked", "yes");
  if (m.deleted_at) add_line(text, "deleted", to_rfc3339(*m.deleted_at));
  add_block(text, "content", m.content);
  if (story.attempts.empty())
    text += "\nno attempt of llmctl's: the tokens and the cost are unknown\n";
  for (const Attempt& attempt : story.attempts) add_attempt(text, attempt);
  add_revisions(text, story);
  return text;
}

}  // namespace

Report story_report(const audit::MessageStory& story) {
  const model::Message& m = story.message;
  ordered_json attempts = ordered_json::array();
  for (const Attempt& attempt : story.attempts) attempts.push_back(attempt_json(attempt));
  const auto dump = [](const ordered_json& value) {
    return JsonText{value.dump(-1, ' ', true, ordered_json::error_handler_t::replace)};
  };
  Report report;
  report.name = "message";
  report.single = true;
  report.columns = {{"id"},
                    {"conversation_id"},
                    {"conversation_title"},
                    {"created_at"},
                    {"role"},
                    {"agent"},
                    {"llm"},
                    {"pending"},
                    {"blocked"},
                    {"deleted_at"},
                    {"content"},
                    {"attempts"},
                    {"agent_revision"},
                    {"llm_revision"}};
  report.rows = {{m.id, m.conversation_id, story.conversation.title, m.created_at, m.role,
                  cell(m.agent), cell(m.llm_provider), m.pending, m.blocked, cell(m.deleted_at),
                  m.content, dump(attempts), dump(revision_json(story.agent_revision)),
                  dump(revision_json(story.llm_revision))}};
  report.text = story_text(story);
  return report;
}

}  // namespace llmctl::output
