#include "seeding/seed_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <unordered_map>

#include "seeding/checks.h"
#include "seeding/object_reader.h"
#include "yaml/binder.h"
#include "yaml/reader.h"

namespace llmctl::seeding {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;
using yaml::Node;
using yaml::Problems;

constexpr std::string_view format_key = "llmctl";
constexpr std::string_view format_name = "seed/1";
constexpr std::string_view default_set = "default";

void merge_json(nlohmann::json& base, const nlohmann::json& over) {
  if (!base.is_object() || !over.is_object()) {
    base = over;
    return;
  }
  for (const auto& [key, value] : over.items()) {
    const auto found = base.find(key);
    if (found == base.end()) {
      base[key] = value;
    } else {
      merge_json(*found, value);
    }
  }
}

template <class T>
void merge_value(T& base, const T& over) {
  base = over;
}
template <>
void merge_value(JsonText& base, const JsonText& over) {
  nlohmann::json merged = nlohmann::json::parse(base.text);
  merge_json(merged, nlohmann::json::parse(over.text));
  base.text = canonical_json(merged);
}

template <class Record>
void merge_relations(Record&, const SeedObject<Record>&) {}
template <>
void merge_relations(Agent& base, const SeedObject<Agent>& over) {
  if (over.named.contains("allowed_llms")) base.allowed_llms = over.record.allowed_llms;
  if (over.named.contains("tools")) base.tools = over.record.tools;
}

/// What `over` names wins; all else, the owner too, stays with the first file.
template <class Record>
void merge_object(SeedObject<Record>& base, SeedObject<Record> over) {
  for (const auto& field : model::fields<Record>) {
    if (!over.named.contains(field.name)) continue;
    std::visit([&](auto member) { merge_value(base.record.*member, over.record.*member); },
               field.member);
  }
  merge_relations(base.record, over);
  std::erase_if(base.references,
                [&](const Reference& old) { return over.named.contains(old.field); });
  std::ranges::move(over.references, std::back_inserter(base.references));
  for (auto& [name, place] : over.named) base.named[name] = std::move(place);
}

/// Puts the objects of one file after another together.
class Merger {
 public:
  template <class Record>
  void add(std::vector<SeedObject<Record>>& objects, SeedObject<Record> object) {
    auto& index = positions_[model::kind_of<Record>];
    const auto [position, is_new] = index.try_emplace(object.record.id, objects.size());
    if (is_new) {
      objects.push_back(std::move(object));
    } else {
      merge_object(objects[position->second], std::move(object));
    }
  }

 private:
  std::map<std::string_view, std::unordered_map<std::string, std::size_t>> positions_;
};

/// Reads one file into the set.
class FileReader {
 public:
  FileReader(const SeedSource& source, Problems& problems, Merger& merger, SeedSet& set)
      : source_(source), problems_(problems), merger_(merger), set_(set) {}

  void read() {
    const Node root = yaml::parse(source_.text, problems_);
    static const std::vector<std::string> known{"llmctl", "set",   "llm_providers",
                                                "agents", "tools", "conversations"};
    if (root.is_missing()) {
      problems_.add({}, "the file is empty: a seed file begins with 'llmctl: seed/1'");
      return;
    }
    if (root.is_mapping() && !check_format(root)) return;
    if (!yaml::check_keys(root, "a seed file", known, problems_)) return;
    seed_set_ = read_set(root);
    read_section(root, set_.llm_providers);
    read_section(root, set_.agents);
    read_section(root, set_.tools);
    refuse_conversations(root);
  }

 private:
  /// Of a file of another format, nothing else is worth a message.
  bool check_format(const Node& root) {
    const Node* const format = root.find(format_key);
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

  std::string read_set(const Node& root) {
    std::string name(default_set);
    if (const Node* const node = root.find("set")) {
      const auto text = yaml::read_text(*node, "set", problems_);
      if (text && !is_valid_id(*text)) {
        problems_.add(node->mark, fmt::format("set: {} is no name of a set: {}",
                                              yaml::in_quotes(*text), id_rule));
      }
      name = text.value_or(name);
    }
    if (std::ranges::find(set_names_, name) == set_names_.end()) set_names_.push_back(name);
    return name;
  }

  template <class Record>
  void read_section(const Node& root, std::vector<SeedObject<Record>>& objects) {
    const Node* const section = root.find(model::kind_of<Record>);
    if (section == nullptr) return;
    if (!section->is_mapping()) {
      problems_.add(section->mark, fmt::format("{}: must be a mapping of ids; write {{}} for none",
                                               model::kind_of<Record>));
      return;
    }
    const FileContext context{source_.directory, seed_set_, problems_, set_.included};
    for (const yaml::Entry& entry : section->entries) {
      merger_.add(objects, read_object<Record>(entry, context));
    }
  }

  void refuse_conversations(const Node& root) {
    const Node* const section = root.find("conversations");
    if (section == nullptr || (section->is_mapping() && section->entries.empty())) return;
    problems_.add(
        section->mark,
        "conversations: this version does not read fixtures yet; write {} or leave the key out");
  }

  const SeedSource& source_;
  Problems& problems_;
  Merger& merger_;
  SeedSet& set_;
  std::string seed_set_;
  std::vector<std::string>& set_names_ = set_.names;
};

/// What could be read, and everything that is wrong so far.
struct Loaded {
  SeedSet set;
  std::vector<ErrorDetail> details;
  bool readable = true;  ///< no file has a syntax error
};

Loaded read_all(const std::vector<SeedSource>& sources) {
  Loaded loaded;
  Merger merger;
  for (const SeedSource& source : sources) {
    Problems problems(source.name);
    std::vector<ErrorDetail> found;
    try {
      FileReader(source, problems, merger, loaded.set).read();
      found = problems.sorted();
    } catch (const Error& syntax_error) {
      if (syntax_error.details.empty()) throw;
      loaded.readable = false;
      found = syntax_error.details;
    }
    std::ranges::move(found, std::back_inserter(loaded.details));
  }
  return loaded;
}

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

SeedSet load(const std::vector<SeedSource>& sources) {
  Loaded loaded = read_all(sources);
  yaml::throw_if_any(std::move(loaded.details));
  return std::move(loaded.set);
}

SeedSet load(const std::vector<SeedSource>& sources, const Known& known) {
  Loaded loaded = read_all(sources);
  if (loaded.readable) {
    std::ranges::move(find_problems(loaded.set, known), std::back_inserter(loaded.details));
    sort_details(loaded.details, sources);
  }
  yaml::throw_if_any(std::move(loaded.details));
  return std::move(loaded.set);
}

SeedCounts validate(const std::vector<SeedSource>& sources) {
  const SeedSet builtin = load(builtin_sources());
  const SeedSet set = load(sources, known_in(builtin));
  return {set.llm_providers.size(), set.agents.size(), set.tools.size()};
}

}  // namespace llmctl::seeding
