#include "seeding/dump.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/secrets.h"
#include "model/field_values.h"
#include "seeding/document.h"
#include "seeding/fixture.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "yaml/writer.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::FieldBits;
using model::LlmProvider;
using model::Tool;

/// Of these fields, those whose shown value is not their value.
template <class Record>
FieldBits with_secrets(const Record& record) {
  FieldBits secret = 0;
  for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
    const std::string text = model::field_text(record, i);
    const nlohmann::json value{
        {std::string(model::field_name<Record>(i)), nlohmann::json::parse(text)}};
    if (mask_secrets(value) != value) secret |= model::bit(i);
  }
  return secret;
}

class Dumper {
 public:
  Dumper(storage::Database& database, const DumpOptions& options, const TextSink& sink)
      : database_(database), options_(options), sink_(sink) {}

  DumpResult dump() {
    sink_(is_yaml() ? "llmctl: seed/1\nset: dump\n" : "{\"llmctl\":\"seed/1\",\"set\":\"dump\"}\n");
    dump_kind<LlmProvider>();
    dump_kind<Tool>();
    dump_kind<Agent>();
    if (options_.with_conversations) dump_conversations();
    return std::move(result_);
  }

 private:
  bool is_yaml() const { return options_.format == DumpFormat::yaml; }

  template <class Record>
  void dump_kind() {
    begin_section(model::kind_of<Record>);
    for (const std::string& id : storage::ids<Record>(database_)) {
      const auto record = storage::find<Record>(database_, id);
      if (!record) continue;
      const FieldBits secret = with_secrets(*record);
      write(*record, model::all_fields<Record> & ~secret);
      for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
        if ((secret & model::bit(i)) == 0) continue;
        result_.left_out.push_back(
            fmt::format("{} '{}': {}", model::noun_of<Record>, id, model::field_name<Record>(i)));
      }
    }
    end_section();
  }

  void dump_conversations() {
    begin_section(model::kind_of<ConversationFixture>);
    for (const Uuid& id : storage::all_conversation_ids(database_)) {
      const auto conversation = storage::find_conversation(database_, id);
      if (!conversation) continue;
      write(fixture_of(database_, *conversation), model::all_fields<ConversationFixture>);
    }
    end_section();
  }

  void begin_section(std::string_view kind) {
    section_ = kind;
    section_is_empty_ = true;
  }

  template <class Record>
  void write(const Record& record, FieldBits named) {
    if (!is_yaml()) return sink_(json_line(record, named));
    std::string text;
    if (section_is_empty_) text = fmt::format("\n{}:\n", section_);
    section_is_empty_ = false;
    text += "  " + yaml::yaml_key(record.id) + ":";
    yaml::append_yaml(text, document_of(record, named), 4);
    sink_(text);
  }

  void end_section() {
    if (is_yaml() && section_is_empty_) sink_(fmt::format("\n{}: {{}}\n", section_));
  }

  storage::Database& database_;
  const DumpOptions& options_;
  const TextSink& sink_;
  DumpResult result_;
  std::string_view section_;
  bool section_is_empty_ = true;
};

}  // namespace

DumpResult dump(storage::Database& database, const DumpOptions& options, const TextSink& sink) {
  return Dumper(database, options, sink).dump();
}

}  // namespace llmctl::seeding
