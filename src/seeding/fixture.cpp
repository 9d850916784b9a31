#include "seeding/fixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/sha256.h"
#include "model/fields.h"
#include "storage/conversations.h"

namespace llmctl::seeding {
namespace {

using model::ConversationFixture;
using nlohmann::json;

/// Made once, for this purpose.
constexpr Uuid name_space{{0x6f, 0x1d, 0x3a, 0x52, 0x8c, 0x0e, 0x4b, 0x7b, 0x9d, 0x55, 0x2e, 0xa1,
                           0x94, 0xc6, 0x70, 0x1f}};

std::string id_of(const std::string& seed_set, const std::string& key) {
  const auto own = key.size() == 36 ? parse_uuid(key) : std::nullopt;
  return to_string(own ? *own : uuid_of_name(name_space, fmt::format("{}/{}", seed_set, key)));
}

std::string text_or(const json& object, const char* name, std::string fallback) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? std::move(fallback)
                                                   : found->get<std::string>();
}

json optional_text(const json& object, const char* name, const std::optional<std::string>& other) {
  const auto found = object.find(name);
  if (found != object.end()) return *found;
  return other ? json(*other) : json();
}

json time_or_null(const std::optional<Timestamp>& time) {
  return time ? json(to_rfc3339(*time)) : json();
}

Timestamp time_of(const json& settled_time) {
  return *parse_rfc3339(settled_time.get<std::string>());
}

/// Files were read before, so that a time which is none now has left the years that RFC 3339 has.
std::string spelt(const std::optional<Timestamp>& time, std::string_view field) {
  if (time) return to_rfc3339(*time);
  throw Error(ErrorKind::invalid_data,
              fmt::format("{}: lies outside of the years 0001 to 9999", field));
}

/// The file's spelling of an optional time, settled.
void settle(std::optional<std::string>& time, Timestamp base, std::string_view field) {
  if (time) time = spelt(parse_moment(*time, base), field);
}

/// Of a message, whose number a reader of the error needs.
std::string spelt(const std::optional<Timestamp>& time, std::size_t number,
                  std::string_view field) {
  return time ? to_rfc3339(*time) : spelt(time, fmt::format("messages[{}].{}", number, field));
}

json settled_message(const json& message, const ConversationFixture& conversation,
                     const std::string& default_id, const std::optional<Timestamp>& default_time,
                     Timestamp base, std::size_t number) {
  const bool answers = message.at("role") == "assistant";
  const std::optional<std::string> nobody;
  json settled = {
      {"id", text_or(message, "id", default_id)},
      {"role", message.at("role")},
      {"content", text_or(message, "content", "")},
      {"at", spelt(message.contains("at") ? parse_moment(message.at("at").get<std::string>(), base)
                                          : default_time,
                   number, "at")},
      {"agent", optional_text(message, "agent", answers ? conversation.agent : nobody)},
      {"llm", optional_text(message, "llm", answers ? conversation.llm : nobody)},
      {"pending", message.value("pending", false)},
      {"blocked", message.value("blocked", false)},
      {"deleted_at", nullptr},
      {"protegrity_data", message.value("protegrity_data", json())},
  };
  if (const std::string deleted_at = text_or(message, "deleted_at", ""); !deleted_at.empty())
    settled["deleted_at"] = spelt(parse_moment(deleted_at, base), number, "deleted_at");
  return settled;
}

json message_json(const model::Message& message) {
  return {
      {"id", to_string(message.id)},
      {"role", message.role},
      {"content", message.content},
      {"at", to_rfc3339(message.created_at)},
      {"agent", message.agent ? json(*message.agent) : json()},
      {"llm", message.llm_provider ? json(*message.llm_provider) : json()},
      {"pending", message.pending},
      {"blocked", message.blocked},
      {"deleted_at", time_or_null(message.deleted_at)},
      {"protegrity_data",
       message.protegrity_data ? json::parse(canonical_json(*message.protegrity_data)) : json()},
  };
}

model::Message message_of(const json& settled, const Uuid& conversation) {
  const auto text = [&](const char* name) {
    const json& value = settled.at(name);
    return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
  };
  model::Message message;
  message.id = *parse_uuid(settled.at("id").get<std::string>());
  message.conversation_id = conversation;
  message.role = settled.at("role");
  message.content = settled.at("content");
  message.agent = text("agent");
  message.llm_provider = text("llm");
  message.pending = settled.at("pending");
  message.blocked = settled.at("blocked");
  message.created_at = time_of(settled.at("at"));
  if (!settled.at("deleted_at").is_null()) message.deleted_at = time_of(settled.at("deleted_at"));
  if (const json& data = settled.at("protegrity_data"); !data.is_null())
    message.protegrity_data = JsonText{canonical_json(data)};
  return message;
}

/// How many messages a set wrote when it applied a fixture last.
std::size_t applied_messages(const JsonText& applied) {
  const json value = json::parse(applied.text, nullptr, false);
  const auto pointer = "/messages/count"_json_pointer;
  return value.is_object() && value.contains(pointer) ? value.at(pointer).get<std::size_t>() : 0;
}

ConversationFixture without_messages(const model::Conversation& conversation) {
  ConversationFixture fixture;
  fixture.id = to_string(conversation.id);
  fixture.title = conversation.title;
  fixture.agent = conversation.primary_agent;
  fixture.llm = conversation.primary_llm;
  fixture.model_id = conversation.model_id;
  fixture.at = to_rfc3339(conversation.created_at);
  fixture.updated_at = to_rfc3339(conversation.updated_at);
  if (conversation.deleted_at) fixture.deleted_at = to_rfc3339(*conversation.deleted_at);
  return fixture;
}

}  // namespace

std::optional<Timestamp> parse_moment(std::string_view text, Timestamp base) {
  if (text.empty()) return base;
  if (text[0] != '+' && text[0] != '-') return parse_rfc3339(text);
  const auto offset = parse_duration(text.substr(1));
  if (!offset) return std::nullopt;
  const Timestamp moment = text[0] == '+' ? base + *offset : base - *offset;
  return parse_rfc3339(to_rfc3339(moment));
}

std::string fixture_id(const std::string& seed_set, const std::string& key) {
  return id_of(seed_set, key);
}

ConversationFixture settled(const ConversationFixture& fixture, const SeedFile& file) {
  ConversationFixture whole = fixture;
  whole.id = fixture_id(file.seed_set, fixture.id);
  whole.at = spelt(parse_moment(fixture.at, file.base_time), "at");
  settle(whole.updated_at, file.base_time, "updated_at");
  settle(whole.deleted_at, file.base_time, "deleted_at");
  if (whole.model_id.empty()) whole.model_id = whole.llm.value_or("dummy");

  json messages = json::array();
  const Timestamp start = *parse_rfc3339(whole.at);
  std::optional<Timestamp> next = start;
  for (const json& message : json::parse(fixture.messages.text)) {
    const std::string default_id =
        id_of(file.seed_set, fmt::format("{}/{}", fixture.id, messages.size() + 1));
    messages.push_back(settled_message(message, whole, default_id, next, start, messages.size()));
    next = parse_moment("+1s", time_of(messages.back().at("at")));
  }
  if (!whole.updated_at)
    whole.updated_at = messages.empty() ? whole.at : messages.back().at("at").get<std::string>();
  whole.messages.text = canonical_json(messages);
  return whole;
}

ConversationFixture summarised(ConversationFixture fixture) {
  json messages = json::parse(fixture.messages.text);
  std::ranges::sort(messages.get_ref<json::array_t&>(), {},
                    [](const json& message) { return message.at("id").get<std::string>(); });
  fixture.messages.text = fmt::format(R"({{"count":{},"sha256":"{}"}})", messages.size(),
                                      sha256_hex(canonical_json(messages)));
  return fixture;
}

std::string foreign_messages(const ConversationFixture& whole, const JsonText& applied) {
  const std::size_t ours = applied_messages(applied);
  const std::size_t there = json::parse(whole.messages.text).size();
  if (there > ours) return fmt::format("messages of others: {}", there - ours);
  const json summary = json::parse(applied.text, nullptr, false).value("messages", json());
  if (ours == 0 || canonical_json(summary) == summarised(whole).messages.text) return {};
  return "its messages are not as the set wrote them";
}

std::vector<std::pair<std::string_view, std::string>> references_of_messages(
    const ConversationFixture& fixture) {
  std::vector<std::pair<std::string_view, std::string>> references;
  for (const json& message : json::parse(fixture.messages.text)) {
    if (message.at("agent").is_string())
      references.emplace_back(model::kind_of<model::Agent>, message.at("agent"));
    if (message.at("llm").is_string())
      references.emplace_back(model::kind_of<model::LlmProvider>, message.at("llm"));
  }
  return references;
}

void record_conversation(storage::Database& database, const Uuid& id,
                         const storage::Change& change) {
  if (const auto conversation = storage::find_conversation(database, id))
    storage::record_change(database, fixture_of(database, *conversation), change);
}

std::vector<Uuid> dropped_messages(const ConversationFixture& fixture, const SeedFile& file,
                                   const JsonText& applied) {
  std::vector<Uuid> dropped;
  const std::size_t before = applied_messages(applied);
  for (std::size_t i = json::parse(fixture.messages.text).size(); i < before; ++i)
    dropped.push_back(*parse_uuid(id_of(file.seed_set, fmt::format("{}/{}", fixture.id, i + 1))));
  return dropped;
}

std::optional<ConversationFixture> find_fixture(storage::Database& database,
                                                const ConversationFixture& fixture,
                                                const std::vector<Uuid>& dropped) {
  const auto conversation = storage::find_conversation(database, *parse_uuid(fixture.id));
  if (!conversation) return std::nullopt;
  ConversationFixture found = without_messages(*conversation);
  json messages = json::array();
  const auto add = [&](const Uuid& id) {
    const auto message = storage::find_message(database, id);
    if (message && message->conversation_id == conversation->id)
      messages.push_back(message_json(*message));
  };
  for (const json& wanted : json::parse(fixture.messages.text))
    add(*parse_uuid(wanted.at("id").get<std::string>()));
  for (const Uuid& id : dropped) add(id);
  found.messages.text = canonical_json(messages);
  return found;
}

void write_fixture(storage::Database& database, const ConversationFixture& fixture,
                   const std::optional<ConversationFixture>& live,
                   const std::vector<Uuid>& dropped) {
  model::Conversation conversation;
  conversation.id = *parse_uuid(fixture.id);
  conversation.title = fixture.title;
  conversation.model_id = fixture.model_id;
  conversation.primary_agent = fixture.agent;
  conversation.primary_llm = fixture.llm;
  conversation.created_at = *parse_rfc3339(fixture.at);
  conversation.updated_at = *parse_rfc3339(fixture.updated_at.value_or(fixture.at));
  if (fixture.deleted_at) conversation.deleted_at = parse_rfc3339(*fixture.deleted_at);
  storage::save_conversation(database, conversation);
  const json before = live ? json::parse(live->messages.text) : json::array();
  const std::set<json> unchanged(before.begin(), before.end());
  for (const json& message : json::parse(fixture.messages.text)) {
    if (unchanged.contains(message)) continue;
    if (storage::save_message(database, message_of(message, conversation.id))) continue;
    throw Error(ErrorKind::refused,
                fmt::format("message '{}' belongs to another conversation than '{}'",
                            message.at("id").get<std::string>(), fixture.id),
                "give it another id in the seed file");
  }
  for (const Uuid& id : dropped) storage::remove_message(database, id, conversation.id);
}

ConversationFixture fixture_of(storage::Database& database,
                               const model::Conversation& conversation) {
  ConversationFixture fixture = without_messages(conversation);
  json messages = json::array();
  for (const model::Message& message : storage::messages_of(database, conversation.id, true))
    messages.push_back(message_json(message));
  fixture.messages.text = canonical_json(messages);
  return fixture;
}

}  // namespace llmctl::seeding
