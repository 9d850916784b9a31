#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>

#include "base/text.h"
#include "seeding/fixture.h"
#include "seeding/object_reader.h"
#include "yaml/binder.h"

namespace llmctl::seeding {
namespace {

using model::ConversationFixture;
using nlohmann::json;
using yaml::Node;

constexpr std::size_t max_title = 255;

const std::vector<std::string> conversation_keys{"title", "agent",      "llm",        "model_id",
                                                 "at",    "updated_at", "deleted_at", "messages"};
const std::vector<std::string> message_keys{
    "id",  "role",    "content", "at",         "agent",
    "llm", "pending", "blocked", "deleted_at", "protegrity_data"};

/// Reads one conversation; names of messages' fields in messages are "messages[2].role".
class FixtureReader {
 public:
  FixtureReader(const yaml::Entry& entry, const FileContext& context)
      : entry_(entry), context_(context), problems_(context.problems) {}

  ReadObject<ConversationFixture> read() {
    ConversationFixture& fixture = result_.staged.record;
    fixture.id = entry_.key;
    result_.staged.first = result_.staged.latest = place_of(entry_.mark);
    if (!is_valid_id(entry_.key)) {
      problems_.add(entry_.mark, fmt::format("{} is no key of a conversation: {}, or a UUID",
                                             yaml::in_quotes(entry_.key), id_rule));
    }
    const Node& node = entry_.value;
    if (!yaml::check_keys(node, yaml::in_quotes(entry_.key), conversation_keys, problems_))
      return std::move(result_);
    if (const Node* const title = named("title")) read_title(*title);
    if (const Node* const agent = named("agent"))
      fixture.agent = reference(*agent, "agent", model::kind_of<model::Agent>);
    if (const Node* const llm = named("llm"))
      fixture.llm = reference(*llm, "llm", model::kind_of<model::LlmProvider>);
    if (const Node* const id = named("model_id"))
      fixture.model_id = yaml::read_text(*id, "model_id", problems_).value_or("");
    if (const Node* const at = named("at")) fixture.at = moment(*at, "at").value_or("");
    if (const Node* const time = named("updated_at"))
      fixture.updated_at = moment(*time, "updated_at");
    if (const Node* const time = named("deleted_at"))
      fixture.deleted_at = moment(*time, "deleted_at");
    if (const Node* const messages = named("messages")) {
      read_messages(*messages);
      // Their times count from the conversation's, which is the file's base_time unless it says so.
      result_.staged.named |= model::bit_of<ConversationFixture>("at");
    }
    return std::move(result_);
  }

 private:
  const Node* named(std::string_view field) {
    const Node* const value = entry_.value.find(field);
    if (value != nullptr) result_.staged.named |= model::bit_of<ConversationFixture>(field);
    return value;
  }

  storage::StagedPlace place_of(yaml::Mark mark) const {
    return {context_.number, mark.line, mark.column};
  }

  void read_title(const Node& node) {
    const auto title = yaml::read_text(node, "title", problems_);
    const std::size_t length = title ? count_code_points(*title) : 0;
    if (length > max_title)
      problems_.add(node.mark,
                    fmt::format("title: has {} characters, at most {} fit", length, max_title));
    result_.staged.record.title = title.value_or("");
  }

  std::optional<std::string> reference(const Node& node, const std::string& name,
                                       std::string_view target_kind) {
    if (yaml::is_null(node)) return std::nullopt;
    const auto id = yaml::read_text(node, name, problems_);
    if (!id) return std::nullopt;
    if (!is_valid_id(*id)) {
      problems_.add(node.mark,
                    fmt::format("{}: {} is no id: {}", name, yaml::in_quotes(*id), id_rule));
      return std::nullopt;
    }
    // One mention of each is enough.
    for (const auto& mention : result_.mentions) {
      if (mention.target_kind == target_kind && mention.target == *id) return id;
    }
    const std::string field = name.substr(0, name.find('['));
    result_.mentions.push_back({std::string(model::kind_of<ConversationFixture>), entry_.key, field,
                                std::string(target_kind), *id, place_of(node.mark)});
    return id;
  }

  std::optional<std::string> moment(const Node& node, const std::string& name) {
    if (yaml::is_null(node)) return std::nullopt;
    const auto text = yaml::read_text(node, name, problems_);
    if (!text) return std::nullopt;
    if (!text->empty() && parse_moment(*text, {})) return text;
    problems_.add(node.mark, fmt::format("{}: {} is no time: write \"2026-10-01T12:00:00Z\", or an "
                                         "offset such as \"+90s\"",
                                         name, yaml::in_quotes(*text)));
    return std::nullopt;
  }

  void read_messages(const Node& node) {
    if (!node.is_sequence()) {
      problems_.add(node.mark, "messages: must be a list; write [] for none");
      return;
    }
    json messages = json::array();
    for (std::size_t i = 0; i < node.items.size(); ++i)
      messages.push_back(read_message(node.items[i], fmt::format("messages[{}]", i)));
    result_.staged.record.messages.text = canonical_json(messages);
  }

  json read_message(const Node& node, const std::string& name) {
    json message = {{"role", "user"}};
    if (!yaml::check_keys(node, name, message_keys, problems_)) return message;
    read_role(node, name, message);
    bool pending = false;
    for (const auto& [key, plain, mark, value] : node.entries) {
      const std::string path = fmt::format("{}.{}", name, key);
      if (key == "content") {
        message[key] = yaml::read_text(value, path, problems_).value_or("");
      } else if (key == "at" || key == "deleted_at") {
        if (const auto time = moment(value, path)) message[key] = *time;
      } else if (key == "agent" || key == "llm") {
        const auto id = reference(
            value, path,
            key == "agent" ? model::kind_of<model::Agent> : model::kind_of<model::LlmProvider>);
        message[key] = id ? json(*id) : json();
      } else if (key == "pending" || key == "blocked") {
        message[key] = yaml::read_boolean(value, path, problems_).value_or(false);
        pending = pending || (key == "pending" && message[key].get<bool>());
      } else if (key == "id") {
        read_id(value, path, message);
      } else if (key == "protegrity_data") {
        message[key] = yaml::to_json(value, path, problems_);
      }
    }
    if (!message.contains("content") && !pending)
      problems_.add(node.mark, fmt::format("{}: needs 'content', unless it is pending", name));
    return message;
  }

  void read_role(const Node& node, const std::string& name, json& message) {
    const Node* const role = node.find("role");
    if (role == nullptr) {
      problems_.add(node.mark, fmt::format("{}: needs 'role'", name));
      return;
    }
    const auto text = yaml::read_text(*role, name + ".role", problems_);
    if (!text) return;
    if (*text != "user" && *text != "assistant" && *text != "system") {
      problems_.add(role->mark, fmt::format("{}.role: {} is not one of user, assistant, system",
                                            name, yaml::in_quotes(*text)));
      return;
    }
    message["role"] = *text;
  }

  void read_id(const Node& node, const std::string& name, json& message) {
    const auto text = yaml::read_text(node, name, problems_);
    if (!text) return;
    if (const auto id = parse_uuid(*text)) {
      message["id"] = to_string(*id);
    } else {
      problems_.add(node.mark, fmt::format("{}: {} is no UUID", name, yaml::in_quotes(*text)));
    }
  }

  const yaml::Entry& entry_;
  const FileContext& context_;
  yaml::Problems& problems_;
  ReadObject<ConversationFixture> result_;
};

}  // namespace

template <>
ReadObject<ConversationFixture> read_object(const yaml::Entry& entry, const FileContext& context) {
  return FixtureReader(entry, context).read();
}

}  // namespace llmctl::seeding
