#include "seeding/seed_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/signals.h"
#include "model/field_values.h"
#include "seeding/checks.h"
#include "seeding/fixture.h"
#include "seeding/json_lines.h"
#include "seeding/object_reader.h"
#include "storage/staging.h"
#include "yaml/binder.h"
#include "yaml/reader.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::ConversationFixture;
using model::LlmProvider;
using model::Tool;
using yaml::Node;
using yaml::Problems;

constexpr std::string_view format_name = "seed/1";
constexpr std::string_view default_set = "default";
constexpr Timestamp default_base_time{std::chrono::sys_days{std::chrono::January / 1 / 2026}};

constexpr std::array<std::string_view, 4> sections{model::kind_of<LlmProvider>,
                                                   model::kind_of<Agent>, model::kind_of<Tool>,
                                                   model::kind_of<ConversationFixture>};
const std::vector<std::string> root_keys{"llmctl", "set",   "base_time",    "llm_providers",
                                         "agents", "tools", "conversations"};

bool is_section(std::string_view key) { return std::ranges::find(sections, key) != sections.end(); }

/// Mappings merge, key by key; all else is replaced.
JsonText merged(const JsonText& base, const JsonText& over) {
  nlohmann::json value = nlohmann::json::parse(base.text);
  value.update(nlohmann::json::parse(over.text), true);
  return {canonical_json(value)};
}

/// Puts the objects of one file after another together.
class Merger {
 public:
  Merger(storage::Database& staging, Problems& problems) : staging_(staging), problems_(problems) {}

  template <class Record>
  void add(ReadObject<Record> object, const std::string& key) {
    const std::string& id = object.staged.record.id;
    if (!storage::stage(staging_, object.staged)) {
      auto base = *storage::find_staged<Record>(staging_, id);
      if (base.latest.file == object.staged.first.file)
        return report_twice(key, base.latest, object.staged.first);
      merge(base, object);
    }
    for (const auto& mention : object.mentions) storage::stage_mention(staging_, mention);
  }

 private:
  void report_twice(const std::string& key, const storage::StagedPlace& before,
                    const storage::StagedPlace& again) {
    problems_.add({static_cast<int>(again.line), static_cast<int>(again.column)},
                  fmt::format("duplicate key {}, first at line {}, column {}", yaml::in_quotes(key),
                              before.line, before.column));
  }

  /// What `over` names wins; all else, the owner too, stays with the first file.
  template <class Record>
  void merge(storage::Staged<Record>& base, const ReadObject<Record>& object) {
    const storage::Staged<Record>& over = object.staged;
    const Record before = base.record;
    model::copy_fields(base.record, over.record, over.named);
    merge_json(base.record, before, over.named & base.named);
    base.named |= over.named;
    base.latest = over.latest;
    storage::restage(staging_, base);
    for (std::size_t i = 0; i < model::field_count<Record>; ++i) {
      const std::string_view field = model::field_name<Record>(i);
      if ((over.named & model::bit(i)) == 0 || is_merged_value(field, object.mentions)) continue;
      storage::forget_mentions(staging_, model::kind_of<Record>, base.record.id, field);
    }
  }

  /// An empty configuration says nothing, and changes nothing of the one before.
  static bool is_merged_value(std::string_view field,
                              const std::vector<storage::StagedMention>& mentions) {
    return field == "configuration" &&
           std::ranges::find(mentions, field, &storage::StagedMention::field) == mentions.end();
  }

  template <class Record>
  static void merge_json(Record& merged_record, const Record& before, model::FieldBits both) {
    std::size_t position = 0;
    for (const auto& field : model::fields<Record>) {
      if ((both & model::bit(position++)) == 0) continue;
      const auto* const member = std::get_if<JsonText Record::*>(&field.member);
      if (member != nullptr && field.name != "messages")
        merged_record.*(*member) = merged(before.*(*member), merged_record.*(*member));
    }
  }

  storage::Database& staging_;
  Problems& problems_;
};

/// Reads one file into the set.
class FileReader {
 public:
  FileReader(const SeedSource& source, SeedSet& set, Variables& variables)
      : source_(source),
        set_(set),
        variables_(variables),
        problems_(source.name),
        objects_(source.name, &problems_),
        context_{static_cast<std::int64_t>(set.files.size()), source.directory, objects_,
                 set.included},
        merger_(*set.staging, objects_) {
    set_.files.push_back({source.name, std::string(default_set), default_base_time});
  }

  /// What is wrong with it. Throws for a syntax error.
  std::vector<ErrorDetail> read() {
    const Node root = source_.is_json_lines() ? read_json_lines() : read_yaml();
    if (root.is_missing()) {
      problems_.add({}, "the file is empty: a seed file begins with 'llmctl: seed/1'");
    } else if (!root.is_mapping() || check_format(root)) {
      if (yaml::check_keys(root, "a seed file", root_keys, problems_)) read_root(root);
      std::vector<ErrorDetail> details = problems_.sorted();
      std::ranges::move(objects_.sorted(), std::back_inserter(details));
      return details;
    }
    // Of a file of another format, nothing else is worth a message.
    return problems_.sorted();
  }

 private:
  Node read_yaml() {
    return yaml::parse_sections(
        read_text(source_), sections,
        [this](const Node& root, yaml::Entry&& entry) {
          add(root, root.entries.back().key, entry);
        },
        problems_);
  }

  /// Each line is a part of the document; the parts' keys, sections apart, make the root.
  Node read_json_lines() {
    Node root;
    for_each_json_line(source_, problems_, [&](Node&& part) {
      if (root.is_missing()) root.kind = Node::Kind::mapping;
      if (!part.is_mapping()) {
        problems_.add(part.mark, "a line must be an object such as {\"agents\": {…}}");
        return;
      }
      for (yaml::Entry& entry : part.entries) take_part(root, std::move(entry));
    });
    return root;
  }

  void take_part(Node& root, yaml::Entry&& entry) {
    if (is_section(entry.key) && entry.value.is_mapping()) {
      for (yaml::Entry& object : entry.value.entries) add(root, entry.key, object);
    } else if (root.find(entry.key) != nullptr) {
      problems_.add(entry.mark, fmt::format("{} was said before", yaml::in_quotes(entry.key)));
    } else {
      root.entries.push_back(std::move(entry));
    }
  }

  /// `root` is what was read of the file so far.
  void add(const Node& root, std::string_view section, yaml::Entry& entry) {
    throw_if_interrupted();
    variables_.expand(entry.value, objects_);
    if (section == model::kind_of<LlmProvider>) {
      merger_.add(read_object<LlmProvider>(entry, context_), entry.key);
    } else if (section == model::kind_of<Agent>) {
      merger_.add(read_object<Agent>(entry, context_), entry.key);
    } else if (section == model::kind_of<Tool>) {
      merger_.add(read_object<Tool>(entry, context_), entry.key);
    } else {
      if (!conversations_of_) conversations_of_ = set_above(root);
      auto fixture = read_object<ConversationFixture>(entry, context_);
      fixture.staged.record.id = fixture_id(*conversations_of_, entry.key);
      for (auto& mention : fixture.mentions) mention.id = fixture.staged.record.id;
      merger_.add(std::move(fixture), entry.key);
    }
  }

  /// The set as far as the file has named it.
  std::string set_above(Node root) {
    Problems reported_later(source_.name);
    const Node* const name = root.find("set");
    if (name == nullptr) return std::string(default_set);
    Node copy = *name;
    variables_.expand(copy, reported_later);
    return yaml::read_text(copy, "set", reported_later).value_or(std::string(default_set));
  }

  bool check_format(const Node& root) {
    const Node* const format = root.find("llmctl");
    if (format != nullptr && format->is_scalar() && format->text == format_name) return true;
    if (format == nullptr) {
      problems_.add(root.mark, "key 'llmctl' is missing: a seed file begins with 'llmctl: seed/1'");
    } else {
      problems_.add(format->mark,
                    fmt::format("llmctl: this version reads the format {}, not {}", format_name,
                                format->is_scalar() ? yaml::in_quotes(format->text) : "this"));
    }
    return false;
  }

  void read_root(Node root) {
    variables_.expand(root, problems_);
    SeedFile& file = set_.files.back();
    if (const Node* const name = root.find("set")) {
      file.seed_set = read_set(*name);
      // The ids of conversations follow from the set.
      if (conversations_of_ && *conversations_of_ != file.seed_set)
        problems_.add(name->mark, "set: must stand above 'conversations'");
    }
    if (const Node* const time = root.find("base_time")) file.base_time = read_base_time(*time);
    if (std::ranges::find(set_.names, file.seed_set) == set_.names.end())
      set_.names.push_back(file.seed_set);
    for (const std::string_view section : sections) {
      const Node* const value = root.find(section);
      if (value != nullptr && !value->is_mapping()) {
        problems_.add(value->mark,
                      fmt::format("{}: must be a mapping of {}; write {{}} for none", section,
                                  section == "conversations" ? "keys" : "ids"));
      }
    }
  }

  std::string read_set(const Node& node) {
    const auto text = yaml::read_text(node, "set", problems_);
    if (text && !is_valid_id(*text)) {
      problems_.add(node.mark, fmt::format("set: {} is no name of a set: {}",
                                           yaml::in_quotes(*text), id_rule));
    }
    return text.value_or(std::string(default_set));
  }

  Timestamp read_base_time(const Node& node) {
    const auto text = yaml::read_text(node, "base_time", problems_);
    if (!text) return default_base_time;
    const auto time = parse_rfc3339(*text);
    if (!time) {
      problems_.add(node.mark, fmt::format("base_time: {} is no time like \"2026-10-01T12:00:00Z\"",
                                           yaml::in_quotes(*text)));
    }
    return time.value_or(default_base_time);
  }

  const SeedSource& source_;
  SeedSet& set_;
  Variables& variables_;
  Problems problems_;  ///< with the file itself
  Problems objects_;   ///< with what its sections hold
  FileContext context_;
  Merger merger_;
  std::optional<std::string> conversations_of_;  ///< the set whose conversations were read
};

/// By file, in the order in which they were given, then by position.
void sort_details(std::vector<ErrorDetail>& details, const std::vector<SeedSource>& sources) {
  const auto number_of = [&](const std::string& file) {
    return std::ranges::find(sources, file, &SeedSource::name);
  };
  std::ranges::stable_sort(details, {}, [&](const ErrorDetail& detail) {
    return std::tuple(number_of(detail.file), detail.line, detail.column);
  });
}

}  // namespace

SeedSet load(const std::vector<SeedSource>& sources, const LoadOptions& options) {
  SeedSet set;
  set.staging = storage::open_staging();
  storage::Transaction transaction(*set.staging);
  Variables none;
  Variables& variables = options.variables != nullptr ? *options.variables : none;
  std::vector<ErrorDetail> details;
  bool readable = true;
  for (const SeedSource& source : sources) {
    try {
      std::ranges::move(FileReader(source, set, variables).read(), std::back_inserter(details));
    } catch (const Error& syntax_error) {
      if (syntax_error.details.empty()) throw;
      readable = false;
      std::ranges::copy(syntax_error.details, std::back_inserter(details));
    }
  }
  if (readable && options.known != nullptr)
    std::ranges::move(find_problems(set, *options.known), std::back_inserter(details));
  if (readable) std::ranges::move(find_unusable_times(set), std::back_inserter(details));
  sort_details(details, sources);
  yaml::throw_if_any(std::move(details));
  transaction.commit();
  return set;
}

SeedCounts validate(const std::vector<SeedSource>& sources, Variables& variables) {
  const SeedSet builtin = load(builtin_sources());
  const Known known = known_in(builtin);
  const SeedSet set = load(sources, {&variables, &known});
  const auto count = [&](std::string_view kind) {
    return storage::count_staged(*set.staging, kind);
  };
  return {count(model::kind_of<LlmProvider>), count(model::kind_of<Agent>),
          count(model::kind_of<Tool>), count(model::kind_of<ConversationFixture>)};
}

}  // namespace llmctl::seeding
