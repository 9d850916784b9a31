#include "seeding/object_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/secrets.h"
#include "base/sha256.h"
#include "base/text.h"
#include "seeding/include_file.h"
#include "seeding/secrets.h"
#include "yaml/binder.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using yaml::Node;
using yaml::Problems;

/// What the field tables say, without the record's type.
struct Rules {
  std::string_view name;
  int max_length;
  std::string_view choices;
  bool required;
};

storage::StagedPlace place_of(yaml::Mark mark, const FileContext& context) {
  return {context.number, mark.line, mark.column};
}

bool is_color(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

/// What is wrong with a text that is one, or nothing.
std::string text_problem(const std::string& text, const Rules& rules) {
  if (rules.required && trim(text).empty()) return "must not be empty";
  if (rules.max_length > 0) {
    const std::size_t length = count_code_points(text);
    if (length > static_cast<std::size_t>(rules.max_length)) {
      return fmt::format("has {} characters, at most {} fit", length, rules.max_length);
    }
  }
  if (!rules.choices.empty()) {
    const auto choices = split(rules.choices, ' ');
    if (std::ranges::find(choices, text) == choices.end()) {
      const std::string hint = did_you_mean(text, choices);
      return fmt::format("{} is not one of {}{}{}", yaml::in_quotes(text), fmt::join(choices, ", "),
                         hint.empty() ? "" : "; ", hint);
    }
  }
  if (rules.name == "color" && !is_color(text)) {
    return fmt::format("{} is not a colour like \"#FA5A25\"", yaml::in_quotes(text));
  }
  return {};
}

void check_id(const Node& node, std::string_view name, const std::string& id, Problems& problems) {
  if (!is_valid_id(id))
    problems.add(node.mark, fmt::format("{}: {} is no id: {}", name, yaml::in_quotes(id), id_rule));
}

/// The path in `{file: path}`, when that is what the node is.
const Node* included_path(const Node& node) {
  if (!node.is_mapping() || node.entries.size() != 1 || node.entries[0].key != "file")
    return nullptr;
  return node.entries[0].value.is_scalar() ? &node.entries[0].value : nullptr;
}

std::optional<std::string> include(const Node& path, const Rules& rules,
                                   const FileContext& context) {
  const auto relative = yaml::read_text(path, fmt::format("{}.file", rules.name), context.problems);
  if (!relative) return std::nullopt;
  try {
    std::string text = read_included_file(context.directory, *relative);
    context.included.push_back({context.number, *relative, sha256_hex(text)});
    return text;
  } catch (const Error& problem) {
    context.problems.add(path.mark, fmt::format("{}: {}", rules.name, problem.what()));
    return std::nullopt;
  }
}

void read_value(std::string& target, const Node& node, const Rules& rules,
                const FileContext& context) {
  if (rules.name == "color" && node.is_missing()) {
    context.problems.add(node.mark, "color: has no value: quote it, because '#' begins a comment");
    return;
  }
  const Node* const path = rules.name == "system_prompt" ? included_path(node) : nullptr;
  const auto text = path != nullptr ? include(*path, rules, context)
                                    : yaml::read_text(node, rules.name, context.problems);
  if (!text) return;
  if (holds_known_key(*text)) {
    context.problems.add(
        node.mark,
        fmt::format("{}: holds a secret: nobody who reads it should see one", rules.name));
    return;
  }
  const std::string problem = text_problem(*text, rules);
  if (!problem.empty()) context.problems.add(node.mark, fmt::format("{}: {}", rules.name, problem));
  target = *text;
}

/// The only optional texts are references.
void read_value(std::optional<std::string>& target, const Node& node, const Rules& rules,
                const FileContext& context) {
  target.reset();
  if (yaml::is_null(node)) return;
  target = yaml::read_text(node, rules.name, context.problems);
  if (target) check_id(node, rules.name, *target, context.problems);
}

void read_value(bool& target, const Node& node, const Rules& rules, const FileContext& context) {
  target = yaml::read_boolean(node, rules.name, context.problems).value_or(target);
}

void read_value(std::int64_t& target, const Node& node, const Rules& rules,
                const FileContext& context) {
  target = yaml::read_integer(node, rules.name, context.problems).value_or(target);
  if (rules.name == "max_tokens" && target < 0) {
    context.problems.add(node.mark, "max_tokens: must not be negative");
  }
}

void read_value(std::optional<Decimal>& target, const Node& node, const Rules& rules,
                const FileContext& context) {
  target.reset();
  if (yaml::is_null(node)) return;
  target = yaml::read_decimal(node, rules.name, context.problems);
  if (target && target->millionths < 0) {
    context.problems.add(node.mark, fmt::format("{}: must not be negative", rules.name));
  }
}

std::optional<nlohmann::json> include_json(const Node& path, const Rules& rules,
                                           const FileContext& context) {
  const auto text = include(path, rules, context);
  if (!text) return std::nullopt;
  try {
    auto value = parse_json(*text, fmt::format("'{}'", path.text));
    if (value.is_object()) return value;
    context.problems.add(path.mark,
                         fmt::format("{}: '{}' must hold a JSON object", rules.name, path.text));
  } catch (const Error& problem) {
    context.problems.add(path.mark, fmt::format("{}: {}", rules.name, problem.what()));
  }
  return std::nullopt;
}

void read_value(JsonText& target, const Node& node, const Rules& rules,
                const FileContext& context) {
  const Node* const path = rules.name == "function_schema" ? included_path(node) : nullptr;
  if (path != nullptr) {
    const auto value = include_json(*path, rules, context);
    if (value) target.text = canonical_json(*value);
    return;
  }
  if (!node.is_mapping()) {
    context.problems.add(
        node.mark, fmt::format("{}: must be a mapping; write {{}} for an empty one", rules.name));
    return;
  }
  // A message about another mistake might quote the secret.
  if (rules.name == "configuration" && report_secrets(node, rules.name, context.problems)) return;
  target.text = canonical_json(yaml::to_json(node, rules.name, context.problems));
}

/// What an object mentions, while it is read.
class Mentions {
 public:
  Mentions(std::string_view kind, std::string_view id, const FileContext& context)
      : kind_(kind), id_(id), context_(context) {}

  void add(std::string_view field, std::string_view target_kind, const std::string& target,
           yaml::Mark mark) {
    mentions.push_back({std::string(kind_), std::string(id_), std::string(field),
                        std::string(target_kind), target, place_of(mark, context_)});
  }

  std::vector<storage::StagedMention> mentions;

 private:
  std::string_view kind_;
  std::string_view id_;
  const FileContext& context_;
};

/// A list of ids, sorted; each item is also a reference.
std::vector<std::string> read_ids(const Node& node, const model::AgentRelation& relation,
                                  Mentions& mentions, Problems& problems) {
  const std::string_view name = relation.name;
  std::vector<std::string> ids;
  if (!node.is_sequence()) {
    problems.add(node.mark, fmt::format("{}: must be a list of ids; write [] for none", name));
    return ids;
  }
  for (const Node& item : node.items) {
    const auto id = yaml::read_text(item, name, problems);
    if (!id) continue;
    check_id(item, name, *id, problems);
    if (std::ranges::find(ids, *id) != ids.end()) {
      problems.add(item.mark, fmt::format("{}: {} is listed twice", name, yaml::in_quotes(*id)));
      continue;
    }
    ids.push_back(*id);
    mentions.add(name, relation.target_kind, *id, item.mark);
  }
  std::ranges::sort(ids);
  return ids;
}

/// What is looked at again when all files are read.
void mention(const LlmProvider& llm, const Node& node, Mentions& mentions) {
  const Node* const configuration = node.find("configuration");
  if (configuration != nullptr && llm.configuration.text != "{}")
    mentions.add("configuration", {}, {}, configuration->mark);
}
void mention(const Agent& agent, const Node& node, Mentions& mentions) {
  const Node* const llm = node.find("default_llm");
  if (llm != nullptr && agent.default_llm)
    mentions.add("default_llm", model::kind_of<LlmProvider>, *agent.default_llm, llm->mark);
}
void mention(const Tool&, const Node&, Mentions&) {}

template <class Record>
void read_relations(storage::Staged<Record>& object, const Node& node, Mentions& mentions,
                    Problems& problems) {
  if constexpr (!model::relations<Record>.empty()) {
    for (const auto& relation : model::relations<Record>) {
      const Node* const ids = node.find(relation.name);
      if (ids == nullptr) continue;
      object.record.*relation.member = read_ids(*ids, relation, mentions, problems);
      object.named |= model::bit_of<Record>(relation.name);
    }
  }
}

template <class Record>
std::vector<std::string> known_keys() {
  std::vector<std::string> keys;
  keys.reserve(model::field_count<Record>);
  for (std::size_t i = 0; i < model::field_count<Record>; ++i)
    keys.emplace_back(model::field_name<Record>(i));
  return keys;
}

void check_key(const yaml::Entry& entry, std::string_view noun, Problems& problems) {
  const auto like = entry.plain ? yaml::look_alike(entry.key) : std::nullopt;
  if (like) {
    problems.add(entry.mark, fmt::format("the id {} may be read as {}: quote it",
                                         yaml::in_quotes(entry.key), *like));
  } else if (!is_valid_id(entry.key)) {
    problems.add(entry.mark, fmt::format("{} is no id of {} {}: {}", yaml::in_quotes(entry.key),
                                         noun == "agent" ? "an" : "a", noun, id_rule));
  }
}

}  // namespace

bool is_valid_id(std::string_view id) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  return !id.empty() && id.size() <= 50 &&
         id.find_first_not_of(allowed) == std::string_view::npos && allowed.find(id[0]) < 36;
}

template <class Record>
ReadObject<Record> read_object(const yaml::Entry& entry, const FileContext& context) {
  check_key(entry, model::noun_of<Record>, context.problems);
  ReadObject<Record> result;
  storage::Staged<Record>& object = result.staged;
  object.record.id = entry.key;
  object.first = object.latest = place_of(entry.mark, context);
  static const std::vector<std::string> known = known_keys<Record>();
  if (!yaml::check_keys(entry.value, yaml::in_quotes(entry.key), known, context.problems)) {
    // Enough is said about it: no field of it is missing.
    object.named = model::all_fields<Record>;
    return result;
  }
  std::size_t position = 0;
  for (const auto& field : model::fields<Record>) {
    const model::FieldBits bit = model::bit(position++);
    const Node* const value = entry.value.find(field.name);
    if (value == nullptr) continue;
    const Rules rules{field.name, field.max_length, field.choices, field.required};
    std::visit([&](auto member) { read_value(object.record.*member, *value, rules, context); },
               field.member);
    object.named |= bit;
  }
  Mentions mentions(model::kind_of<Record>, entry.key, context);
  mention(object.record, entry.value, mentions);
  read_relations(object, entry.value, mentions, context.problems);
  result.mentions = std::move(mentions.mentions);
  return result;
}

template ReadObject<LlmProvider> read_object(const yaml::Entry&, const FileContext&);
template ReadObject<Agent> read_object(const yaml::Entry&, const FileContext&);
template ReadObject<Tool> read_object(const yaml::Entry&, const FileContext&);

}  // namespace llmctl::seeding
