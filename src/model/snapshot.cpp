#include "model/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/error.h"

namespace llmctl::model {
namespace {

nlohmann::json as_json(const std::string& text) { return text; }
nlohmann::json as_json(bool flag) { return flag; }
nlohmann::json as_json(std::int64_t number) { return number; }
nlohmann::json as_json(const JsonText& json) {
  // Its canonical form is never nested deeper than a reader can stand.
  return nlohmann::json::parse(canonical_json(json));
}
nlohmann::json as_json(const std::optional<std::string>& text) {
  return text ? nlohmann::json(*text) : nlohmann::json();
}
nlohmann::json as_json(const std::optional<Decimal>& decimal) {
  return decimal ? nlohmann::json(to_string(*decimal)) : nlohmann::json();
}

template <class Record>
nlohmann::json fields_of(const Record& record) {
  nlohmann::json object = nlohmann::json::object();
  for (const Field<Record>& field : fields<Record>) {
    object[std::string(field.name)] = field_value(record, field);
  }
  return object;
}

/// The reverse of as_json; nothing for a value of another type.
template <class T>
std::optional<T> read_as(const nlohmann::json& value);

template <>
std::optional<std::string> read_as(const nlohmann::json& value) {
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}
template <>
std::optional<bool> read_as(const nlohmann::json& value) {
  if (!value.is_boolean()) return std::nullopt;
  return value.get<bool>();
}
template <>
std::optional<std::int64_t> read_as(const nlohmann::json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  return value.get<std::int64_t>();
}
template <>
std::optional<JsonText> read_as(const nlohmann::json& value) {
  return JsonText{canonical_json(value)};
}
template <>
std::optional<std::optional<std::string>> read_as(const nlohmann::json& value) {
  if (value.is_null()) return std::optional<std::string>();
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}
template <>
std::optional<std::optional<Decimal>> read_as(const nlohmann::json& value) {
  if (value.is_null()) return std::optional<Decimal>();
  const auto decimal =
      value.is_string() ? parse_decimal(value.get_ref<const std::string&>()) : std::nullopt;
  if (!decimal) return std::nullopt;
  return decimal;
}
template <>
std::optional<std::vector<std::string>> read_as(const nlohmann::json& value) {
  const auto is_text = [](const nlohmann::json& item) { return item.is_string(); };
  if (!value.is_array() || !std::ranges::all_of(value, is_text)) return std::nullopt;
  auto ids = value.get<std::vector<std::string>>();
  std::ranges::sort(ids);
  return ids;
}

/// A member by its name in a snapshot, whether it is a field or a relation.
template <class Record, class T>
void restore(Record& record, T Record::*member, std::string_view name,
             const nlohmann::json& snapshot, std::string_view what) {
  const auto found = snapshot.find(name);
  if (found == snapshot.end()) return;
  auto value = read_as<T>(*found);
  if (!value)
    throw Error(ErrorKind::damaged, fmt::format("{}: '{}' has a value of another type", what, name),
                "llmctl doctor");
  if constexpr (std::is_same_v<T, JsonText>) {
    if (same_json(record.*member, *value)) return;
  }
  record.*member = std::move(*value);
}

template <class Record>
void restore_relations(Record&, const nlohmann::json&, std::string_view) {}
template <>
void restore_relations(Agent& agent, const nlohmann::json& snapshot, std::string_view what) {
  restore(agent, &Agent::allowed_llms, "allowed_llms", snapshot, what);
  restore(agent, &Agent::tools, "tools", snapshot, what);
}

/// Ignoring a field would lose what it says.
void refuse_unknown_fields(const nlohmann::json& object, const nlohmann::json& known,
                           std::string_view what) {
  for (const auto& [name, value] : object.items()) {
    if (known.contains(name)) continue;
    throw Error(ErrorKind::configuration,
                fmt::format("{}: this version of llmctl knows no field '{}'", what, name),
                "a newer version wrote it: use that one");
  }
}

}  // namespace

template <class Record>
nlohmann::json field_value(const Record& record, const Field<Record>& field) {
  return std::visit([&](auto member) { return as_json(record.*member); }, field.member);
}

template <class Record>
bool same_value(const Record& left, const Record& right, const Field<Record>& field) {
  return std::visit(
      [&](auto member) {
        if constexpr (std::is_same_v<decltype(member), JsonText Record::*>) {
          return same_json(left.*member, right.*member);
        } else {
          return left.*member == right.*member;
        }
      },
      field.member);
}

nlohmann::json snapshot(const LlmProvider& record) { return fields_of(record); }
nlohmann::json snapshot(const Tool& record) { return fields_of(record); }
nlohmann::json snapshot(const Agent& record) {
  nlohmann::json object = fields_of(record);
  object["allowed_llms"] = record.allowed_llms;
  object["tools"] = record.tools;
  return object;
}

template <class Record>
Record from_snapshot(const nlohmann::json& content, const Record& base, std::string_view what) {
  if (!content.is_object())
    throw Error(ErrorKind::damaged, fmt::format("{}: its content is no JSON object", what),
                "llmctl doctor");
  refuse_unknown_fields(content, snapshot(base), what);
  Record record = base;
  for (const Field<Record>& field : fields<Record>) {
    std::visit([&](auto member) { restore(record, member, field.name, content, what); },
               field.member);
  }
  restore_relations(record, content, what);
  return record;
}

template nlohmann::json field_value(const LlmProvider&, const Field<LlmProvider>&);
template nlohmann::json field_value(const Agent&, const Field<Agent>&);
template nlohmann::json field_value(const Tool&, const Field<Tool>&);
template bool same_value(const LlmProvider&, const LlmProvider&, const Field<LlmProvider>&);
template bool same_value(const Agent&, const Agent&, const Field<Agent>&);
template bool same_value(const Tool&, const Tool&, const Field<Tool>&);
template bool same_value(const ConversationFixture&, const ConversationFixture&,
                         const Field<ConversationFixture>&);
template LlmProvider from_snapshot(const nlohmann::json&, const LlmProvider&, std::string_view);
template Agent from_snapshot(const nlohmann::json&, const Agent&, std::string_view);
template Tool from_snapshot(const nlohmann::json&, const Tool&, std::string_view);

}  // namespace llmctl::model
