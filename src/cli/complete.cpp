#include "cli/complete.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>

#include "base/text.h"
#include "cli/command_line.h"
#include "storage/catalog.h"
#include "storage/conversations.h"

namespace llmctl::cli {
namespace {

using Words = std::vector<std::string>;

constexpr std::int64_t most_conversations = 50;

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

Words conversation_ids(storage::Database& database) {
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
  Context context(globals_in(words), std::cout, std::cerr);
  storage::Database& database = context.database(storage::Access::read_only);
  if (type == value::agent) return storage::ids<model::Agent>(database);
  if (type == value::llm) return storage::ids<model::LlmProvider>(database);
  if (type == value::tool) return storage::ids<model::Tool>(database);
  return conversation_ids(database);
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

/// The node that the words before the last lead to: the noun, its verb, or its default verb.
const CLI::App* node_of(CommandTree& tree, const Command& command, const Words& before,
                        std::size_t noun, bool& verb_named) {
  const std::size_t word = first_word(before, noun + 1, tree);
  const Words verbs = tree.verb_names();
  verb_named = word < before.size() && std::ranges::find(verbs, before[word]) != verbs.end();
  if (verb_named) return tree.noun_app()->get_subcommand(before[word]);
  if (!command.default_verb.empty())
    return tree.noun_app()->get_subcommand(std::string(command.default_verb));
  return tree.noun_app();
}

Words candidates_in(const CLI::App* node, const Words& before, const std::string& last) {
  if (!before.empty() && before.back().starts_with('-')) {
    const CLI::Option* option = find_option(node, before.back());
    if (option != nullptr && option->get_items_expected_max() > 0)
      return values_of(*option, before);
  }
  Words candidates;
  if (last.starts_with('-')) {
    for (const CLI::App* app = node; app != nullptr; app = app->get_parent())
      add_option_names(*app, candidates);
    return candidates;
  }
  for (const CLI::Option* option : node->get_options()) {
    if (option->get_positional()) return values_of(*option, before);
  }
  return candidates;
}

Words candidates_for(const Words& before, const std::string& last) {
  CommandTree tree;
  const std::size_t noun = first_word(before, 0, tree);
  const Command* command = noun < before.size() ? find_command(before[noun]) : nullptr;
  if (command == nullptr && noun < before.size()) return {};
  if (command == nullptr) {
    Words candidates = candidates_in(&tree.root(), before, last);
    const bool after_option = !before.empty() && tree.takes_value(before.back());
    if (!last.starts_with('-') && !after_option) candidates = command_names();
    return candidates;
  }
  tree.add(*command);
  bool verb_named = false;
  const CLI::App* node = node_of(tree, *command, before, noun, verb_named);
  Words candidates = candidates_in(node, before, last);
  const bool after_option = tree.takes_value(before.back());
  if (!verb_named && !last.starts_with('-') && !after_option) {
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
