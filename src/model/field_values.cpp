#include "model/field_values.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "model/snapshot.h"

namespace llmctl::model {
namespace {

void append(std::string& json, const std::string& text) { append_json_string(json, text); }
void append(std::string& json, bool flag) { json += flag ? "true" : "false"; }
void append(std::string& json, std::int64_t number) { json += std::to_string(number); }
void append(std::string& json, const JsonText& value) {
  json += value.text == "{}" ? value.text : canonical_json(value);
}
void append(std::string& json, Decimal decimal) { append_json_string(json, to_string(decimal)); }
template <class T>
void append(std::string& json, const std::optional<T>& maybe) {
  if (maybe) {
    append(json, *maybe);
  } else {
    json += "null";
  }
}
void append(std::string& json, const std::vector<std::string>& ids) {
  json += '[';
  for (const std::string& id : ids) {
    if (&id != &ids.front()) json += ',';
    append_json_string(json, id);
  }
  json += ']';
}

template <class Record>
void append_value(std::string& json, const Record& record, std::size_t position) {
  const std::size_t first_relation = fields<Record>.size();
  if (position < first_relation) {
    std::visit([&](auto member) { append(json, record.*member); }, fields<Record>[position].member);
  } else if constexpr (!relations<Record>.empty()) {
    append(json, record.*relations<Record>[position - first_relation].member);
  }
}

/// Positions in the order of the names, as canonical JSON has its keys.
template <class Record>
std::array<std::size_t, field_count<Record>> by_name() {
  std::array<std::size_t, field_count<Record>> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, field_name<Record>);
  return order;
}

}  // namespace

template <class Record>
FieldBits differing_fields(const Record& left, const Record& right, FieldBits among) {
  FieldBits differing = 0;
  std::size_t position = 0;
  for (const auto& field : fields<Record>) {
    if ((among & bit(position)) != 0 && !same_value(left, right, field)) differing |= bit(position);
    ++position;
  }
  for (const auto& relation : relations<Record>) {
    if constexpr (!relations<Record>.empty()) {
      if (left.*relation.member != right.*relation.member) differing |= among & bit(position);
    }
    ++position;
  }
  return differing;
}

template <class Record>
void copy_fields(Record& to, const Record& from, FieldBits which) {
  std::size_t position = 0;
  for (const auto& field : fields<Record>) {
    if ((which & bit(position++)) == 0) continue;
    std::visit([&](auto member) { to.*member = from.*member; }, field.member);
  }
  for (const auto& relation : relations<Record>) {
    if constexpr (!relations<Record>.empty()) {
      if ((which & bit(position)) != 0) to.*relation.member = from.*relation.member;
    }
    ++position;
  }
}

template <class Record>
std::string fields_text(const Record& record, FieldBits which) {
  static const auto order = by_name<Record>();
  std::string json = "{";
  for (const std::size_t position : order) {
    if ((which & bit(position)) == 0) continue;
    if (json.size() > 1) json += ',';
    json += '"';
    json += field_name<Record>(position);
    json += "\":";
    append_value(json, record, position);
  }
  return json + "}";
}

template <class Record>
std::string field_text(const Record& record, std::size_t position) {
  std::string json;
  append_value(json, record, position);
  return json;
}

#define LLMCTL_FIELD_VALUES(Record)                                             \
  template FieldBits differing_fields(const Record&, const Record&, FieldBits); \
  template void copy_fields(Record&, const Record&, FieldBits);                 \
  template std::string fields_text(const Record&, FieldBits);                   \
  template std::string field_text(const Record&, std::size_t);
LLMCTL_FIELD_VALUES(LlmProvider)
LLMCTL_FIELD_VALUES(Agent)
LLMCTL_FIELD_VALUES(Tool)
LLMCTL_FIELD_VALUES(ConversationFixture)
#undef LLMCTL_FIELD_VALUES

}  // namespace llmctl::model
