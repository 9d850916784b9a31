#include "seeding/document.h"

#include <nlohmann/json.hpp>

#include "model/field_values.h"

namespace llmctl::seeding {

using nlohmann::ordered_json;

void escape_variables(ordered_json& value) {
  if (value.is_structured()) {
    for (ordered_json& child : value) escape_variables(child);
  } else if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3))
      text.insert(at, 1, '$');
  }
}

template <class Record>
ordered_json document_of(const Record& record, model::FieldBits named) {
  ordered_json document = ordered_json::object();
  for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
    if ((named & model::bit(i)) == 0) continue;
    document[std::string(model::field_name<Record>(i))] =
        ordered_json::parse(model::field_text(record, i));
  }
  escape_variables(document);
  return document;
}

template <class Record>
std::string json_line(const Record& record, model::FieldBits named) {
  const ordered_json line{
      {std::string(model::kind_of<Record>), {{record.id, document_of(record, named)}}}};
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

#define LLMCTL_DOCUMENT(Record)                                              \
  template ordered_json document_of(const model::Record&, model::FieldBits); \
  template std::string json_line(const model::Record&, model::FieldBits);
LLMCTL_DOCUMENT(LlmProvider)
LLMCTL_DOCUMENT(Agent)
LLMCTL_DOCUMENT(Tool)
LLMCTL_DOCUMENT(ConversationFixture)
#undef LLMCTL_DOCUMENT

}  // namespace llmctl::seeding
