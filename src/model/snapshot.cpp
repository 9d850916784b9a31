#include "model/snapshot.h"

#include <nlohmann/json.hpp>
#include <type_traits>

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

template nlohmann::json field_value(const LlmProvider&, const Field<LlmProvider>&);
template nlohmann::json field_value(const Agent&, const Field<Agent>&);
template nlohmann::json field_value(const Tool&, const Field<Tool>&);
template bool same_value(const LlmProvider&, const LlmProvider&, const Field<LlmProvider>&);
template bool same_value(const Agent&, const Agent&, const Field<Agent>&);
template bool same_value(const Tool&, const Tool&, const Field<Tool>&);
template bool same_value(const ConversationFixture&, const ConversationFixture&,
                         const Field<ConversationFixture>&);

}  // namespace llmctl::model
