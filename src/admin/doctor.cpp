#include "admin/doctor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/error.h"
#include "base/signals.h"
#include "model/records.h"
#include "providers/provider.h"
#include "storage/catalog.h"
#include "storage/conversations.h"

namespace llmctl::admin {
namespace {

using storage::Database;

constexpr std::uintmax_t least_free_bytes = 100'000'000;
/// A message that waits longer is probably forgotten.
constexpr Duration long_wait = std::chrono::days(1);

Finding ok(std::string check, std::string message) {
  return {std::move(check), "ok", std::move(message), 0};
}

Finding error(std::string check, std::string message, int code) {
  return {std::move(check), "error", std::move(message), code};
}

Finding check_schema(const std::string& state) {
  if (state == "current") return ok("schema", "every migration is applied");
  const int code = exit_code(ErrorKind::configuration);
  if (state == "pending") return error("schema", "migrations are pending: llmctl migrate", code);
  if (state == "empty") return error("schema", "no schema: llmctl migrate", code);
  return error("schema", fmt::format("the database is {}: llmctl migrate status", state), code);
}

/// What keeps a check from being made is its finding.
template <class Check>
void run(const std::string& name, std::vector<Finding>& findings, Check check) {
  try {
    check();
  } catch (const Error& problem) {
    throw_if_interrupted();
    const std::string hint = problem.hint.empty() ? "" : fmt::format(" ({})", problem.hint);
    findings.push_back(error(name, problem.what() + hint, exit_code(problem.kind)));
  }
}

/// Active LLMs must be able to answer.
void check_providers(Database& database, std::vector<Finding>& findings) {
  std::size_t active = 0;
  for (const auto& llm : storage::list<model::LlmProvider>(database)) {
    if (!llm.is_active) continue;
    ++active;
    try {
      providers::get_provider(llm);
    } catch (const Error& problem) {
      findings.push_back(error("provider " + llm.id, problem.what(), exit_code(problem.kind)));
    }
  }
  if (active == 0) {
    findings.push_back(
        {"providers", "warning", "none is active: llmctl seed, or llmctl provider enable ID", 0});
  } else {
    findings.push_back(ok("providers", fmt::format("{} active", active)));
  }
}

/// A program that enforces no references leaves ids of what is gone.
std::vector<std::string> find_missing(const std::vector<std::string>& ids, std::string_view field,
                                      const std::vector<std::string>& known) {
  std::vector<std::string> problems;
  for (const std::string& id : ids) {
    if (!std::ranges::binary_search(known, id))
      problems.push_back(fmt::format("{}: there is no '{}'", field, id));
  }
  return problems;
}

std::vector<std::string> problems_of(const model::Agent& agent,
                                     const std::vector<std::string>& llms,
                                     const std::vector<std::string>& tools) {
  std::vector<std::string> defaults;
  if (agent.default_llm) defaults.push_back(*agent.default_llm);
  std::vector<std::string> problems = find_missing(defaults, "default_llm", llms);
  const auto& allowed = agent.allowed_llms;
  if (problems.empty() && agent.default_llm && !allowed.empty() &&
      std::ranges::find(allowed, *agent.default_llm) == allowed.end()) {
    problems.push_back(fmt::format("default_llm: '{}' is not among the allowed_llms, and refused",
                                   *agent.default_llm));
  }
  std::ranges::move(find_missing(allowed, "allowed_llms", llms), std::back_inserter(problems));
  std::ranges::move(find_missing(agent.tools, "tools", tools), std::back_inserter(problems));
  return problems;
}

/// Active agents must have what they name.
void check_agents(Database& database, std::vector<Finding>& findings) {
  const auto llms = storage::ids<model::LlmProvider>(database);
  const auto tools = storage::ids<model::Tool>(database);
  std::size_t active = 0;
  for (const auto& agent : storage::list<model::Agent>(database)) {
    if (!agent.is_active) continue;
    ++active;
    for (const std::string& problem : problems_of(agent, llms, tools)) {
      findings.push_back(error("agent " + agent.id, problem, exit_code(ErrorKind::configuration)));
    }
  }
  findings.push_back(ok("agents", fmt::format("{} active", active)));
}

/// "3d 4h", "2h 5m", else as durations are written.
std::string age_text(Duration age) {
  using std::chrono::days, std::chrono::hours, std::chrono::minutes;
  const auto parts = [&](auto large, const char* large_name, auto small, const char* small_name) {
    return fmt::format("{}{} {}{}", age / large, large_name, age % large / small, small_name);
  };
  if (age >= days(1)) return parts(Duration(days(1)), "d", Duration(hours(1)), "h");
  if (age >= hours(1)) return parts(Duration(hours(1)), "h", Duration(minutes(1)), "m");
  return to_string(age);
}

Finding check_pending(Database& database, const DoctorOptions& options, Timestamp now) {
  const auto pending = storage::pending_messages(database, std::nullopt);
  if (pending.empty()) return ok("pending", "no message waits for an answer");
  const auto oldest = std::ranges::min(pending, {}, &model::Message::created_at);
  const Duration age = std::chrono::floor<std::chrono::seconds>(now - oldest.created_at);
  const std::string message =
      fmt::format("{} waiting, the oldest for {} in conversation {}", pending.size(), age_text(age),
                  to_string(oldest.conversation_id));
  if (options.max_pending_age && age > *options.max_pending_age)
    return error("pending", message, 2);
  if (age > long_wait) return {"pending", "warning", message, 0};
  return ok("pending", message);
}

void check_disk(const std::string& file, std::vector<Finding>& findings) {
  if (file.empty()) return;
  std::error_code problem;
  const auto space = std::filesystem::space(std::filesystem::path(file).parent_path(), problem);
  if (problem) return;
  const std::string message = fmt::format("{} MB free", space.available / 1'000'000);
  findings.push_back(space.available < least_free_bytes
                         ? error("disk", message, exit_code(ErrorKind::io))
                         : ok("disk", message));
}

void check_writable(const std::string& file, std::vector<Finding>& findings) {
  if (file.empty()) return;
  const std::string folder = std::filesystem::path(file).parent_path().string();
  if (access(file.c_str(), W_OK) == 0 && access(folder.c_str(), W_OK) == 0) return;
  findings.push_back(
      {"writing", "warning", "the file or its directory cannot be written: reading only", 0});
}

void check_content(Database& database, std::vector<Finding>& findings) {
  const auto damage = database.find_damage();
  if (damage.empty()) findings.push_back(ok("content", "every page and reference is sound"));
  for (const std::string& finding : damage) {
    findings.push_back(error("content", finding, exit_code(ErrorKind::damaged)));
  }
}

}  // namespace

std::vector<Finding> examine(Database& database, const DoctorOptions& options, Timestamp now) {
  std::vector<Finding> findings{check_schema(options.schema_state)};
  if (options.schema_state == "current") {
    run("providers", findings, [&] { check_providers(database, findings); });
    run("agents", findings, [&] { check_agents(database, findings); });
    run("pending", findings, [&] { findings.push_back(check_pending(database, options, now)); });
  }
  check_writable(options.file, findings);
  check_disk(options.file, findings);
  if (options.deep) run("content", findings, [&] { check_content(database, findings); });
  return findings;
}

int worst_exit_code(const std::vector<Finding>& findings) {
  const auto rank = [](int code) { return code == exit_code(ErrorKind::damaged) ? 1000 : code; };
  int worst = 0;
  for (const Finding& finding : findings) {
    if (rank(finding.exit_code) > rank(worst)) worst = finding.exit_code;
  }
  return worst;
}

}  // namespace llmctl::admin
