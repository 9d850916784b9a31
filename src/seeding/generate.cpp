#include "seeding/generate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/sha256.h"
#include "base/signals.h"
#include "seeding/document.h"
#include "storage/attempts.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "storage/revisions.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using storage::Database;

/// Other programs get their turn after this long, while the next conversations are made up.
constexpr Duration wanted_lock_time = std::chrono::milliseconds(100);
/// In messages; the largest bounds the memory that they take.
constexpr std::size_t first_chunk = 500;
constexpr std::size_t smallest_chunk = 100;
constexpr std::size_t largest_chunk = 2'000;

/// The LLMs that the agent may use, its default first.
std::vector<std::size_t> llms_of(const Agent& agent, const std::vector<CastLlm>& llms) {
  std::vector<std::size_t> usable;
  for (std::size_t at = 0; at < llms.size(); ++at) {
    const std::string& id = llms[at].record.id;
    const auto& allowed = agent.allowed_llms;
    if (!allowed.empty() && std::ranges::find(allowed, id) == allowed.end()) continue;
    usable.insert(agent.default_llm == id ? usable.begin() : usable.end(), at);
  }
  return usable;
}

void add_named(Database& database, const std::string& id, Cast& cast) {
  auto agent = storage::require<Agent>(database, id);
  if (!agent.is_active) {
    throw Error(ErrorKind::refused, fmt::format("agent '{}' is inactive", id),
                "llmctl agent enable " + id);
  }
  auto llms = llms_of(agent, cast.llms);
  if (llms.empty()) {
    throw Error(ErrorKind::refused, fmt::format("agent '{}' may use no LLM that is active", id),
                "llmctl provider list");
  }
  cast.agents.push_back({std::move(agent), {}, std::move(llms)});
}

void add_active(Database& database, Cast& cast) {
  for (Agent& agent : storage::list<Agent>(database)) {
    auto llms = llms_of(agent, cast.llms);
    if (agent.is_active && !llms.empty())
      cast.agents.push_back({std::move(agent), {}, std::move(llms)});
  }
  if (cast.agents.empty()) {
    throw Error(ErrorKind::not_found, "the database has no active agent with an active LLM",
                "llmctl seed");
  }
}

/// Each once, in one order, so that the order of the options means nothing.
std::vector<std::string> sorted_agents(const GenerateOptions& options) {
  std::vector<std::string> ids = options.agents;
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Cast read_cast(Database& database, const GenerateOptions& options) {
  Cast cast;
  for (LlmProvider& llm : storage::list<LlmProvider>(database)) {
    if (llm.is_active) cast.llms.push_back({std::move(llm), {}});
  }
  for (const std::string& id : sorted_agents(options)) add_named(database, id, cast);
  if (options.agents.empty()) add_active(database, cast);
  return cast;
}

/// Other options make another series, with other ids; how many conversations is none of them.
std::uint64_t series_key(const GenerateOptions& options) {
  const std::string series =
      fmt::format("llmctl seed generate/1\nseed {}\nmessages {}..{}\nstart {}\nagents {}\n",
                  options.seed, options.messages.least, options.messages.most,
                  to_rfc3339(options.start), fmt::join(sorted_agents(options), " "));
  return std::stoull(sha256_hex(series).substr(0, 16), nullptr, 16);
}

Generator make_generator(Database& database, const GenerateOptions& options) {
  return {read_cast(database, options), series_key(options), options.messages, options.start};
}

/// Collects conversations and writes them, as many at a time as 100 ms take.
class ChunkWriter {
 public:
  ChunkWriter(Database& database, Clock& clock, GenerateResult& result)
      : database_(database), clock_(clock), result_(result) {}

  void add(GeneratedConversation conversation) {
    messages_ += conversation.messages.size();
    chunk_.push_back(std::move(conversation));
    if (messages_ >= limit_) flush();
  }

  void flush() {
    if (chunk_.empty()) return;
    GenerateResult written;
    storage::Transaction transaction(database_);
    const Duration start = clock_.elapsed();
    for (const GeneratedConversation& made : chunk_) write(made, written);
    transaction.commit();
    result_.created += written.created;
    result_.unchanged += written.unchanged;
    result_.messages += written.messages;
    result_.attempts += written.attempts;
    fit(clock_.elapsed() - start);
    chunk_.clear();
    messages_ = 0;
  }

 private:
  void write(const GeneratedConversation& made, GenerateResult& written) {
    // The same command may run a second time meanwhile.
    if (storage::find_conversation(database_, made.conversation.id)) {
      ++written.unchanged;
      return;
    }
    storage::insert_conversation(database_, made.conversation);
    for (const auto& message : made.messages) storage::insert_message(database_, message);
    for (const auto& attempt : made.attempts) storage::insert_attempt(database_, attempt);
    ++written.created;
    written.messages += made.messages.size();
    written.attempts += made.attempts.size();
  }

  void fit(Duration taken) {
    const std::size_t fitting = messages_ * static_cast<std::size_t>(wanted_lock_time.count()) /
                                static_cast<std::size_t>(std::max<Duration::rep>(taken.count(), 1));
    limit_ = std::clamp(fitting, smallest_chunk, std::min(2 * limit_, largest_chunk));
  }

  Database& database_;
  Clock& clock_;
  GenerateResult& result_;
  std::vector<GeneratedConversation> chunk_;
  std::size_t messages_ = 0;         ///< in the chunk
  std::size_t limit_ = first_chunk;  ///< messages
};

/// So that the audit trail shows what the made-up turns used.
void record_cast(Database& database, Cast& cast, Timestamp at) {
  storage::Transaction transaction(database);
  for (CastLlm& llm : cast.llms) llm.revision = storage::record_found(database, llm.record, at);
  for (CastAgent& agent : cast.agents)
    agent.revision = storage::record_found(database, agent.record, at);
  transaction.commit();
}

void generate_missing(Database& database, Clock& clock, const GenerateOptions& options,
                      GenerateResult& result) {
  Generator generator = make_generator(database, options);
  ChunkWriter writer(database, clock, result);
  bool recorded = false;
  for (std::uint64_t number = 0; number < options.conversations; ++number) {
    throw_if_interrupted();
    if (options.progress) options.progress(number, options.conversations);
    if (storage::find_conversation(database, generator.id_of(number))) {
      ++result.unchanged;
      continue;
    }
    if (!recorded) record_cast(database, generator.cast(), clock.now());
    recorded = true;
    writer.add(generator.make(number));
  }
  writer.flush();
}

nlohmann::ordered_json fixture_of(const GeneratedConversation& made) {
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();
  for (const model::Message& message : made.messages) {
    auto& fixture = messages.emplace_back(nlohmann::ordered_json{
        {"id", to_string(message.id)}, {"role", message.role}, {"content", message.content}});
    if (message.agent) fixture["agent"] = *message.agent;
    if (message.llm_provider) fixture["llm"] = *message.llm_provider;
    fixture["at"] = to_rfc3339(message.created_at);
    if (message.pending) fixture["pending"] = true;
  }
  const model::Conversation& conversation = made.conversation;
  return {{"title", conversation.title},
          {"agent", *conversation.primary_agent},
          {"llm", *conversation.primary_llm},
          {"at", to_rfc3339(conversation.created_at)},
          {"messages", std::move(messages)}};
}

}  // namespace

GenerateResult generate(Database& database, Clock& clock, const GenerateOptions& options) {
  GenerateResult result;
  try {
    generate_missing(database, clock, options, result);
  } catch (const Error& problem) {
    if (!interrupted()) throw;
    throw Error(problem.kind,
                fmt::format("{}; {} of {} conversations are in the database", problem.what(),
                            result.created + result.unchanged, options.conversations),
                "the same command goes on from there");
  }
  return result;
}

GenerateResult write_generated(Database& database, std::ostream& out,
                               const GenerateOptions& options) {
  const Generator generator = make_generator(database, options);
  GenerateResult result;
  out << R"({"llmctl":"seed/1","set":"generated"})" << '\n';
  for (std::uint64_t number = 0; number < options.conversations && out; ++number) {
    throw_if_interrupted();
    if (options.progress) options.progress(number, options.conversations);
    const GeneratedConversation made = generator.make(number);
    nlohmann::ordered_json line{
        {"conversations", {{to_string(made.conversation.id), fixture_of(made)}}}};
    escape_variables(line);
    out << line.dump() << '\n';
    ++result.created;
    result.messages += made.messages.size();
  }
  return result;
}

}  // namespace llmctl::seeding
