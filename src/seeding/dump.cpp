#include "seeding/dump.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/secrets.h"
#include "model/field_values.h"
#include "seeding/checks.h"
#include "seeding/document.h"
#include "seeding/fixture.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "storage/revisions.h"
#include "yaml/reader.h"
#include "yaml/writer.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::FieldBits;
using model::LlmProvider;
using model::Tool;
using nlohmann::ordered_json;

constexpr std::string_view json_lines_header = "{\"llmctl\":\"seed/1\",\"set\":\"dump\"}\n";

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

/// Reads what was dumped as a seed file for the same database: the reader itself knows best what it
/// refuses.
class Rereader {
 public:
  explicit Rereader(storage::Database& database) : known_(known_in(database)) {}

  void add(std::string name, const std::string& line) {
    // Few enough that no problem is one too many to be listed.
    constexpr std::size_t most_objects = 50;
    constexpr std::size_t most_bytes = std::size_t{1} << 20;
    if (names_.size() == most_objects || text_.size() + line.size() > most_bytes) read();
    text_ += line;
    names_.push_back(std::move(name));
  }

  std::vector<std::string> take() {
    read();
    return std::move(refused_);
  }

 private:
  void read() {
    if (names_.empty()) return;
    try {
      load({{"dump.jsonl", text_, {}, {}}}, {nullptr, &known_});
    } catch (const Error& error) {
      if (error.kind != ErrorKind::invalid_data) throw;
      // Without a place it is about an object that is too large, and was read alone.
      if (error.details.empty())
        refused_.push_back(fmt::format("{}: {}", names_.back(), error.what()));
      std::map<int, std::vector<std::string>> messages;
      for (const ErrorDetail& detail : error.details)
        messages[detail.line].push_back(detail.message);
      for (const auto& [line, of_object] : messages)
        refused_.push_back(fmt::format("{}: {}", names_.at(static_cast<std::size_t>(line) - 2),
                                       fmt::join(of_object, "; ")));
    }
    text_ = json_lines_header;
    names_.clear();
  }

  Known known_;
  std::string text_{json_lines_header};
  std::vector<std::string> names_;  ///< of the objects in the lines behind the header
  std::vector<std::string> refused_;
};

class Dumper {
 public:
  Dumper(storage::Database& database, const DumpOptions& options, const TextSink& sink)
      : database_(database), options_(options), sink_(sink), rereader_(database) {}

  DumpResult dump() {
    const auto revision =
        options_.revision ? std::optional(require_revision(*options_.revision)) : std::nullopt;
    put(is_yaml() ? "llmctl: seed/1\nset: dump\n" : json_lines_header);
    if (revision) {
      dump_revision(*revision);
    } else {
      dump_kind<LlmProvider>();
      dump_kind<Tool>();
      dump_kind<Agent>();
      if (options_.with_conversations) dump_conversations();
    }
    result_.refused = rereader_.take();
    if (is_yaml() && size_ > yaml::max_file_size) {
      result_.refused.push_back(fmt::format(
          "all of it: YAML is read up to 64 MiB, and this is {} MiB; --format jsonl has no limit",
          size_ >> 20));
    }
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

  model::Revision require_revision(std::int64_t number) {
    const auto revision = storage::find_revision(database_, number);
    if (!revision) throw Error(ErrorKind::not_found, fmt::format("no revision {}", number));
    if (revision->content.text.starts_with('{')) return *revision;
    throw Error(ErrorKind::not_found,
                fmt::format("revision {} says that {} '{}' was deleted", number, revision->kind,
                            revision->object_id),
                "dump the revision before it");
  }

  void dump_revision(const model::Revision& revision) {
    begin_section(revision.kind);
    if (revision.kind == model::kind_of<LlmProvider>) {
      write_revision<LlmProvider>(revision);
    } else if (revision.kind == model::kind_of<Agent>) {
      write_revision<Agent>(revision);
    } else if (revision.kind == model::kind_of<Tool>) {
      write_revision<Tool>(revision);
    } else {
      write_revision<ConversationFixture>(revision);
    }
  }

  template <class Record>
  void write_revision(const model::Revision& revision) {
    const auto content = nlohmann::json::parse(revision.content.text);
    const std::string& id = revision.object_id;
    ordered_json document = ordered_json::object();
    for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
      const std::string name(model::field_name<Record>(i));
      if (!content.contains(name)) continue;
      const nlohmann::json field{{name, content.at(name)}};
      if (mask_secrets(field) == field) {
        document[name] = content.at(name);
      } else {
        result_.left_out.push_back(fmt::format("{} '{}': {}", model::noun_of<Record>, id, name));
      }
    }
    escape_variables(document);
    write<Record>(id, document);
  }

  void put(std::string_view text) {
    size_ += text.size();
    sink_(text);
  }

  void begin_section(std::string_view kind) {
    section_ = kind;
    section_is_empty_ = true;
  }

  template <class Record>
  void write(const Record& record, FieldBits named) {
    write<Record>(record.id, document_of(record, named));
  }

  template <class Record>
  void write(const std::string& id, const ordered_json& document) {
    const std::string line = json_line(model::kind_of<Record>, id, document);
    rereader_.add(fmt::format("{} '{}'", model::noun_of<Record>, id), line);
    if (!is_yaml()) return put(line);
    std::string text;
    if (section_is_empty_) text = fmt::format("\n{}:\n", section_);
    section_is_empty_ = false;
    text += "  " + yaml::yaml_key(id) + ":";
    yaml::append_yaml(text, document, 4);
    put(text);
  }

  void end_section() {
    if (is_yaml() && section_is_empty_) put(fmt::format("\n{}: {{}}\n", section_));
  }

  storage::Database& database_;
  const DumpOptions& options_;
  const TextSink& sink_;
  Rereader rereader_;
  DumpResult result_;
  std::size_t size_ = 0;  ///< bytes
  std::string_view section_;
  bool section_is_empty_ = true;
};

}  // namespace

DumpResult dump(storage::Database& database, const DumpOptions& options, const TextSink& sink) {
  return Dumper(database, options, sink).dump();
}

}  // namespace llmctl::seeding
