#include "cli/complete.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>

#include "base/text.h"
#include "cli/command_line.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "storage/revisions.h"

namespace llmctl::cli {
namespace {

using Words = std::vector<std::string>;

constexpr std::int64_t most_conversations = 50;
constexpr std::int64_t most_revisions = 50;

/// The values of --db and --config among the words, so that completion asks the database that the
/// command would use.
GlobalOptions globals_in(const Words& words) {
  GlobalOptions options;
  options.quiet = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (const std::string& name : {std::string("db"), std::string("config")}) {
      const std::string flag = "--" + name;
      if (words[i] == flag && i + 1 < words.size()) options.settings[name] = words[i + 1];
      if (words[i].starts_with(flag + "="))
        options.settings[name] = words[i].substr(flag.size() + 1);
    }
  }
  return options;
}

Words ids_of_conversations(storage::Database& database) {
  Words ids;
  for (const auto& entry :
       storage::list_conversations(database, {}, {most_conversations, {}, false}).entries) {
    ids.push_back(to_string(entry.conversation.id));
  }
  return ids;
}

Words ids_in_database(std::string_view type, const Words& words) {
  constexpr std::array<std::string_view, 4> kinds{value::agent, value::llm, value::tool,
                                                  value::conversation};
  if (std::ranges::find(kinds, type) == kinds.end()) return {};
  OutputStream out(STDOUT_FILENO);
  Context context(globals_in(words), out, std::cerr);
  storage::Database& database = context.database(storage::Access::read_only);
  if (type == value::agent) return storage::ids<model::Agent>(database);
  if (type == value::llm) return storage::ids<model::LlmProvider>(database);
  if (type == value::tool) return storage::ids<model::Tool>(database);
  return ids_of_conversations(database);
}

Words values_of(const CLI::Option& option, const Words& words) {
  const std::string type = type_of(option);
  return type.find('|') == std::string::npos ? ids_in_database(type, words) : split(type, '|');
}

void add_option_names(const CLI::App& app, Words& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
}

const CLI::Option* find_option(const CLI::App* app, const std::string& name) {
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      if (!option->get_positional() && option->check_name(name)) return option;
    }
  }
  return nullptr;
}

/// Where the last word stands.
struct Place {
  const CLI::App* node = nullptr;  ///< the noun, its verb, or its default verb
  bool verb_named = false;
  Words arguments;  ///< the node's positional ones before it
};

Place find_place(CommandTree& tree, const Command& command, const Words& before, std::size_t noun) {
  Place place{tree.noun_app(), false, {}};
  std::size_t word = first_word(before, noun + 1, tree);
  const Words verbs = tree.verb_names();
  place.verb_named = word < before.size() && std::ranges::find(verbs, before[word]) != verbs.end();
  if (place.verb_named) {
    place.node = tree.noun_app()->get_subcommand(before[word]);
    word = first_word(before, word + 1, tree);
  } else if (!command.default_verb.empty()) {
    place.node = tree.noun_app()->get_subcommand(std::string(command.default_verb));
  }
  for (; word < before.size(); word = first_word(before, word + 1, tree))
    place.arguments.push_back(before[word]);
  return place;
}

const CLI::Option* positional_at(const CLI::App& node, std::size_t position) {
  for (const CLI::Option* option : node.get_options()) {
    if (!option->get_positional()) continue;
    if (position == 0 || option->get_items_expected_max() > 1) return option;
    --position;
  }
  return nullptr;
}

std::string_view kind_of_value(std::string_view type) {
  if (type == value::agent) return model::kind_of<model::Agent>;
  return type == value::tool ? model::kind_of<model::Tool> : model::kind_of<model::LlmProvider>;
}

/// Of what the argument before names, newest first.
Words revision_numbers(const Place& place, const Words& words) {
  if (place.arguments.empty()) return {};
  const auto* const object = positional_at(*place.node, place.arguments.size() - 1);
  OutputStream out(STDOUT_FILENO);
  Context context(globals_in(words), out, std::cerr);
  const auto list = storage::list_revisions(context.database(storage::Access::read_only),
                                            kind_of_value(type_of(*object)), place.arguments.back(),
                                            {most_revisions, {}, false});
  Words numbers;
  for (const auto& step : list.entries) numbers.push_back(std::to_string(step.revision.number));
  return numbers;
}

Words candidates_in(const Place& place, const Words& before, const std::string& last) {
  if (!before.empty() && before.back().starts_with('-')) {
    const CLI::Option* option = find_option(place.node, before.back());
    if (option != nullptr && option->get_items_expected_max() > 0)
      return values_of(*option, before);
  }
  Words candidates;
  if (last.starts_with('-')) {
    for (const CLI::App* app = place.node; app != nullptr; app = app->get_parent())
      add_option_names(*app, candidates);
    return candidates;
  }
  const CLI::Option* option = positional_at(*place.node, place.arguments.size());
  if (option == nullptr) return candidates;
  return type_of(*option) == value::revision ? revision_numbers(place, before)
                                             : values_of(*option, before);
}

Words candidates_for(const Words& before, const std::string& last) {
  CommandTree tree;
  const std::size_t noun = first_word(before, 0, tree);
  const Command* command = noun < before.size() ? find_command(before[noun]) : nullptr;
  if (command == nullptr && noun < before.size()) return {};
  if (command == nullptr) {
    Words candidates = candidates_in({&tree.root(), false, {}}, before, last);
    const bool after_option = !before.empty() && tree.takes_value(before.back());
    if (!last.starts_with('-') && !after_option) candidates = command_names();
    return candidates;
  }
  tree.add(*command);
  const Place place = find_place(tree, *command, before, noun);
  Words candidates = candidates_in(place, before, last);
  const bool after_option = tree.takes_value(before.back());
  if (!place.verb_named && !last.starts_with('-') && !after_option) {
    for (const std::string& verb : tree.verb_names()) candidates.push_back(verb);
  }
  return candidates;
}

/// bash hands over "--format=json" as three words.
Words without_equals(const Words& words) {
  Words joined;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_equals = words[i] == "=" && i > 0 && words[i - 1].starts_with("--");
    if (!is_equals) joined.push_back(words[i]);
    if (is_equals && i + 1 == words.size()) joined.emplace_back();
  }
  return joined;
}

}  // namespace

Words complete(const Words& words) {
  try {
    Words before = without_equals(words);
    if (before.size() > 1 && before.front() == "help") before.erase(before.begin());
    std::string last = before.empty() ? "" : before.back();
    if (!before.empty()) before.pop_back();
    std::string prefix;
    if (const std::size_t equals = last.find('=');
        last.starts_with("--") && equals != std::string::npos) {
      before.push_back(last.substr(0, equals));
      prefix = last.substr(0, equals + 1);
      last.erase(0, equals + 1);
    }
    Words offered;
    for (const std::string& candidate : candidates_for(before, last)) {
      const std::string word = prefix + candidate;
      const bool is_new = std::ranges::find(offered, word) == offered.end();
      if (is_new && candidate.starts_with(last)) offered.push_back(word);
    }
    return offered;
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace llmctl::cli
