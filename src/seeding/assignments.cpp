#include "seeding/assignments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "base/error.h"
#include "base/text.h"
#include "model/field_values.h"
#include "providers/provider.h"
#include "seeding/object_reader.h"
#include "yaml/binder.h"
#include "yaml/json_lines.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using yaml::Node;

constexpr yaml::Mark no_place{0, 0};

/// A scalar whose meaning the field decides.
Node scalar(std::string text) {
  Node node;
  node.text = std::move(text);
  node.expanded = true;
  node.mark = no_place;
  return node;
}

/// null, which no quotes make a text here, would otherwise become the word.
[[noreturn]] void refuse_null(std::string_view field) {
  throw Error(ErrorKind::usage, fmt::format("{} is a text, and cannot be null", field),
              fmt::format("{}= makes it empty", field));
}

/// An agent names its LLM, and the LLM names the model.
template <class Record>
std::string hint_for(std::string_view field) {
  constexpr std::array<std::string_view, 4> meant{"llm", "model", "model_identifier", "provider"};
  const bool names_llm =
      std::is_same_v<Record, Agent> && std::ranges::find(meant, field) != meant.end();
  return names_llm ? "default_llm=ID names an agent's LLM; its model is a field of the LLM: llmctl "
                     "provider set ID model_identifier=MODEL"
                   : "";
}

/// JSON where it is JSON, else text.
Node json_or_text(const std::string& text) {
  yaml::Problems problems("");
  try {
    Node node = yaml::parse_json_line(text, 0, problems);
    if (problems.empty()) return node;
  } catch (const Error&) {
    // Whatever is no JSON is a text.
  }
  Node node = scalar(text);
  node.plain = false;
  return node;
}

Node id_list(const std::string& text) {
  if (trim(text).starts_with('[')) return json_or_text(text);
  Node list;
  list.kind = Node::Kind::sequence;
  list.mark = no_place;
  if (text == "null") return list;
  for (const std::string& id : split(text, ','))
    list.items.push_back(scalar(std::string(trim(id))));
  return list;
}

/// Sets one value below a mapping, making the mappings on the way; what is there and is none stays.
void set_below(Node& mapping, const std::vector<std::string>& path, std::size_t depth, Node value) {
  if (mapping.is_missing() || yaml::is_null(mapping)) {
    mapping = {};
    mapping.kind = Node::Kind::mapping;
  } else if (!mapping.is_mapping()) {
    throw Error(
        ErrorKind::usage,
        fmt::format("{} is no mapping: it has no '{}' that could be set",
                    fmt::join(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth), "."),
                    path[depth]),
        "set it as a whole");
  }
  auto entry = std::ranges::find(mapping.entries, path[depth], &yaml::Entry::key);
  if (entry == mapping.entries.end())
    entry = mapping.entries.insert(entry, {path[depth], false, no_place, {}});
  if (depth + 1 == path.size()) {
    entry->value = std::move(value);
  } else {
    set_below(entry->value, path, depth + 1, std::move(value));
  }
}

/// Collects the assignments as one object of a seed file.
template <class Record>
class Collector {
 public:
  Collector(const Record& record, const std::vector<std::string>& assignments) : record_(record) {
    object_.key = record.id;
    object_.mark = no_place;
    object_.value.kind = Node::Kind::mapping;
    object_.value.mark = no_place;
    for (const std::string& assignment : assignments) add(assignment);
  }

  yaml::Entry take() { return std::move(object_); }

 private:
  void add(const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    const std::string key = assignment.substr(0, equals);
    const std::vector<std::string> path = split(key, '.');
    if (equals == std::string::npos || path.empty()) {
      throw Error(ErrorKind::usage, fmt::format("'{}' is not KEY=VALUE", assignment),
                  fmt::format("llmctl help {}", model::noun_of<Record>));
    }
    if (key.starts_with('.') || key.ends_with('.') || key.find("..") != std::string::npos)
      throw Error(ErrorKind::usage, fmt::format("'{}' is no key: a part of it is empty", key));
    require_new(key);
    const std::string& field = path.front();
    const std::string text = assignment.substr(equals + 1);
    if (const std::string hint = hint_for<Record>(field); !hint.empty())
      throw Error(ErrorKind::invalid_data, fmt::format("unknown key '{}'", field), hint);
    if (path.size() > 1) return add_inside(field, path, text);
    object_.value.entries.push_back({field, true, no_place, value_of(field, text)});
  }

  /// A part may follow its whole, as in "configuration={} configuration.a=1", but a whole would
  /// take away the part that was set before it.
  void require_new(const std::string& key) {
    const bool is_set = std::ranges::any_of(keys_, [&](const std::string& before) {
      return before == key || before.starts_with(key + ".");
    });
    if (is_set) throw Error(ErrorKind::usage, fmt::format("{} is set twice", key));
    keys_.push_back(key);
  }

  void add_inside(const std::string& field, const std::vector<std::string>& path,
                  const std::string& text) {
    if (!is_json(field)) {
      throw Error(ErrorKind::usage, fmt::format("{} has no parts that could be set", field));
    }
    if (object_.value.find(field) == nullptr) {
      yaml::Problems none("");
      const std::string now = model::fields_text(record_, model::bit_of<Record>(field));
      Node whole = yaml::parse_json_line(now, 0, none);
      object_.value.entries.push_back({field, true, no_place, whole.entries.front().value});
    }
    const auto entry = std::ranges::find(object_.value.entries, field, &yaml::Entry::key);
    set_below(entry->value, path, 1, json_or_text(text));
  }

  static bool is_json(std::string_view field) {
    return std::ranges::any_of(model::fields<Record>, [&](const auto& known) {
      return known.name == field && std::holds_alternative<JsonText Record::*>(known.member);
    });
  }

  /// Any text: not one of a few words, nor an id.
  static bool is_text(std::string_view field) {
    return std::ranges::any_of(model::fields<Record>, [&](const auto& known) {
      return known.name == field && known.choices.empty() &&
             std::holds_alternative<std::string Record::*>(known.member);
    });
  }

  static Node value_of(std::string_view field, const std::string& text) {
    const bool is_relation = std::ranges::any_of(
        model::relations<Record>, [&](const auto& relation) { return relation.name == field; });
    if (is_relation) return id_list(text);
    if (text == "null" && is_text(field)) refuse_null(field);
    return is_json(field) ? json_or_text(text) : scalar(text);
  }

  const Record& record_;
  yaml::Entry object_;
  std::vector<std::string> keys_;
};

/// What another program left unusable does not keep its other fields from being set.
void require_usable(const LlmProvider& before, const LlmProvider& after) {
  const bool is_as_before = after.provider_type == before.provider_type &&
                            same_json(after.configuration, before.configuration);
  if (!is_as_before && providers::has_implementation(after)) providers::get_provider(after);
}
void require_usable(const Agent& before, const Agent& after) {
  const auto& allowed = after.allowed_llms;
  const bool is_as_before =
      after.default_llm == before.default_llm && allowed == before.allowed_llms;
  if (is_as_before || !after.default_llm || allowed.empty()) return;
  if (std::ranges::find(allowed, *after.default_llm) != allowed.end()) return;
  throw Error(ErrorKind::invalid_data,
              fmt::format("default_llm: '{}' is not among the allowed_llms: {}", *after.default_llm,
                          fmt::join(allowed, ", ")),
              "set both at once, or empty the list with allowed_llms=");
}
void require_usable(const Tool&, const Tool&) {}

void require_known(const std::vector<storage::StagedMention>& mentions, const Known& known) {
  for (const auto& mention : mentions) {
    if (mention.target_kind.empty() || known.exists(mention.target_kind, mention.target)) continue;
    throw Error(ErrorKind::invalid_data,
                fmt::format("{}: there is no '{}' in {}", mention.field, mention.target,
                            mention.target_kind),
                did_you_mean(mention.target, known.ids(mention.target_kind)));
  }
}

}  // namespace

template <class Record>
Record with_assignments(const Record& record, const std::vector<std::string>& assignments,
                        const Known& known) {
  yaml::Problems problems("");
  std::vector<IncludedFile> included;
  const yaml::Entry object = Collector<Record>(record, assignments).take();
  const auto read = read_object<Record>(object, {0, {}, problems, included});
  if (!problems.empty()) {
    std::vector<std::string> messages;
    for (const ErrorDetail& detail : problems.sorted()) messages.push_back(detail.message);
    throw Error(ErrorKind::invalid_data, fmt::format("{}", fmt::join(messages, "; ")),
                "llmctl seed schema prints what each field takes");
  }
  require_known(read.mentions, known);
  Record changed = record;
  model::copy_fields(changed, read.staged.record, read.staged.named);
  require_usable(record, changed);
  return changed;
}

#define LLMCTL_ASSIGNMENTS(Record)                                                               \
  template model::Record with_assignments(const model::Record&, const std::vector<std::string>&, \
                                          const Known&);
LLMCTL_ASSIGNMENTS(LlmProvider)
LLMCTL_ASSIGNMENTS(Agent)
LLMCTL_ASSIGNMENTS(Tool)
#undef LLMCTL_ASSIGNMENTS

}  // namespace llmctl::seeding
