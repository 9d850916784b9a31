#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/help.h"

namespace llmctl::cli {
namespace {

using Words = std::vector<std::string>;

bool is_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

bool asks_for_help(const Words& args) {
  return std::ranges::any_of(
      args, [](const std::string& word) { return word == "-h" || word == "--help"; });
}

template <class Visit>
void for_each_option(const CLI::App& app, const Visit& visit) {
  for (const CLI::Option* option : app.get_options()) visit(*option);
  for (const CLI::App* child : app.get_subcommands({})) for_each_option(*child, visit);
}

Words option_names(const CLI::App& app) {
  Words names;
  for_each_option(app, [&](const CLI::Option& option) {
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  });
  return names;
}

/// "llmctl help a b" is "llmctl a b --help".
void rewrite_help(Words& args, const CommandTree& globals) {
  const std::size_t word = first_word(args, 0, globals);
  if (word == args.size() || args[word] != "help") return;
  std::erase(args, "help");
  args.emplace_back("--help");
}

[[noreturn]] void throw_unknown_command(const std::string& word) {
  const Words names = command_names();
  const std::string suggestion = did_you_mean(word, names);
  throw Error(ErrorKind::usage, fmt::format("unknown command '{}'", word),
              suggestion.empty() ? "llmctl help" : suggestion);
}

/// Puts the noun's default verb in, where none was named. Throws for a noun that has verbs and no
/// default.
void complete_verb(Words& args, std::size_t noun, const Command& command, const CommandTree& tree) {
  const Words verbs = tree.verb_names();
  if (verbs.empty()) return;
  const std::size_t word = first_word(args, noun + 1, tree);
  const bool named = word < args.size();
  if (named && std::ranges::find(verbs, args[word]) != verbs.end()) return;
  if (asks_for_help(args)) return;
  if (!command.default_verb.empty()) {
    args.insert(args.begin() + static_cast<std::ptrdiff_t>(noun) + 1,
                std::string(command.default_verb));
    return;
  }
  const std::string choice = fmt::format("{}", fmt::join(verbs, ", "));
  if (!named)
    throw Error(ErrorKind::usage, fmt::format("llmctl {} needs a verb", command.name), choice);
  const std::string suggestion = did_you_mean(args[word], verbs);
  throw Error(ErrorKind::usage, fmt::format("llmctl {} has no verb '{}'", command.name, args[word]),
              suggestion.empty() ? choice : suggestion);
}

/// The node of the command that was named last.
CLI::App& deepest(CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : deepest(*parsed.front());
}

[[noreturn]] void throw_unexpected(CommandTree& tree, const Words& extras) {
  const std::string word = extras.front();
  CLI::App& app = deepest(tree.root());
  std::string help = "llmctl help";
  if (tree.noun_app() != nullptr) help += " " + tree.noun_app()->get_name();
  if (is_option(word)) {
    const std::string name = word.substr(0, word.find('='));
    const Words known = option_names(tree.root());
    const bool is_misplaced = std::ranges::find(known, name) != known.end();
    const std::string suggestion =
        is_misplaced ? "write it after the verb: " + help : did_you_mean(name, known);
    throw Error(ErrorKind::usage, fmt::format("unknown option '{}'", name),
                suggestion.empty() ? help : suggestion);
  }
  const Words verbs = tree.verb_names();
  const bool may_be_a_verb =
      app.get_parent() == tree.noun_app() && std::ranges::find(verbs, word) == verbs.end();
  const std::string suggestion = may_be_a_verb ? did_you_mean(word, verbs) : "";
  throw Error(ErrorKind::usage, fmt::format("unexpected argument '{}'", word),
              suggestion.empty() ? help : suggestion);
}

/// CLI11 counts; people want to know what is wrong.
std::string in_our_words(const CLI::ParseError& problem) {
  const std::string text = problem.what();
  const std::string option = text.substr(0, text.find(':'));
  constexpr std::string_view value = "Value ";
  constexpr std::string_view range = " not in range ";
  const std::size_t bad = text.find(value);
  const std::size_t limits = text.find(range);
  if (bad != std::string::npos && limits != std::string::npos) {
    const std::size_t start = bad + value.size();
    return fmt::format("{}: '{}' is no whole number from {}", option,
                       text.substr(start, limits - start), text.substr(limits + range.size()));
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&problem) == nullptr) return text;
  if (text.find("missing") != std::string::npos) return option + " needs a value";
  if (text.find("At Most 1") != std::string::npos) return option + " was given more than once";
  return text;
}

/// Runs CLI11; true when help was asked for.
bool parse_words(CommandTree& tree, const Words& args) {
  try {
    tree.root().parse(Words(args.rbegin(), args.rend()));
    return false;
  } catch (const CLI::CallForHelp&) {
    return true;
  } catch (const CLI::ExtrasError&) {
    throw_unexpected(tree, tree.root().remaining(true));
  } catch (const CLI::ParseError& problem) {
    const std::string noun = tree.noun_app() == nullptr ? "" : " " + tree.noun_app()->get_name();
    throw Error(ErrorKind::usage, in_our_words(problem), "llmctl help" + noun);
  }
}

const Verb* chosen_verb(const CommandTree& tree) {
  if (tree.noun() == nullptr) return nullptr;
  for (const auto& verb : tree.noun()->verbs()) {
    if (verb->app.parsed()) return verb.get();
  }
  return nullptr;
}

}  // namespace

const Command* find_command(std::string_view word) {
  for (const Command& command : commands) {
    const Words aliases = split(command.aliases, ' ');
    if (command.name == word || std::ranges::find(aliases, word) != aliases.end()) return &command;
  }
  return nullptr;
}

Words command_names() {
  Words names{"help"};
  for (const Command& command : commands) names.emplace_back(command.name);
  return names;
}

CommandTree::CommandTree() {
  root_.set_help_flag("-h,--help", "explain the command");
  // A word after a verb is the verb's argument, even when it is a verb too.
  root_.require_subcommand(0, 1);
  add_global_options();
}

void CommandTree::add(const Command& command) {
  noun_app_ =
      root_.add_subcommand(std::string(command.name), std::string(command.summary))->fallthrough();
  noun_app_->require_subcommand(0, 1);
  noun_.emplace(*noun_app_);
  command.build(*noun_);
}

void CommandTree::add_global_options() {
  const auto setting = [this](const std::string& flag, const std::string& name,
                              const std::string& type, const std::string& description) {
    root_
        .add_option_function<std::string>(
            flag, [this, name](const std::string& value) { globals_.settings[name] = value; },
            description)
        ->type_name(type);
  };
  setting("--db", "db", "URL", "the database: a path or sqlite:PATH");
  setting("--config", "config", value::file, "read this configuration file");
  setting("--format", "format", "text|json|jsonl|csv|tsv", "how results are printed");
  root_.add_flag_callback(
      "--json", [this] { globals_.settings["format"] = "json"; }, "short for --format json");
  root_
      .add_option_function<std::string>(
          "--columns",
          [this](const std::string& list) {
            globals_.columns = split(list, ',');
            if (globals_.columns.empty())
              throw Error(ErrorKind::usage, "--columns names no column");
          },
          "print these columns, in this order")
      ->type_name("A,B");
  root_.add_flag("--no-header", globals_.no_header, "leave out the heading of text, csv and tsv");
  setting("--error-format", "error_format", "text|json|github", "how errors are printed");
  setting("--timeout", "timeout", "DURATION", "the whole command's limit");
  setting("--lock-timeout", "lock_timeout", "DURATION", "how long to wait for other writers (60s)");
  root_.add_flag("-q,--quiet", globals_.quiet, "print nothing on stderr but errors");
  root_.add_flag("-v,--verbose", globals_.verbose, "say more on stderr");
  setting("--color", "color", "auto|always|never", "colour on a terminal");
  root_.add_flag_callback(
      "--version", [] {}, "print the version");
}

bool CommandTree::takes_value(std::string_view word) const {
  bool takes = false;
  for_each_option(root_, [&](const CLI::Option& option) {
    if (!option.get_positional() && option.check_name(std::string(word)))
      takes = option.get_items_expected_max() > 0;
  });
  return takes;
}

Words CommandTree::verb_names() const {
  Words names;
  if (noun_app_ == nullptr) return names;
  for (const CLI::App* verb : noun_app_->get_subcommands({})) names.push_back(verb->get_name());
  return names;
}

std::size_t first_word(const Words& args, std::size_t from, const CommandTree& tree) {
  for (std::size_t at = from; at < args.size(); ++at) {
    if (args[at] == "--") return args.size();
    if (!is_option(args[at])) return at;
    if (args[at].find('=') == std::string::npos && tree.takes_value(args[at])) ++at;
  }
  return args.size();
}

Invocation parse_command_line(Words args) {
  Invocation invocation{std::make_unique<CommandTree>(), nullptr, nullptr, {}};
  CommandTree& tree = *invocation.tree;
  rewrite_help(args, tree);
  const std::size_t noun = first_word(args, 0, tree);
  if (noun == args.size()) {
    if (asks_for_help(args)) return {nullptr, nullptr, nullptr, overview(tree)};
    if (std::ranges::find(args, "--version") != args.end())
      return {nullptr, nullptr, nullptr, "llmctl " LLMCTL_VERSION "\n"};
    parse_words(tree, args);
    throw Error(ErrorKind::usage, "no command was named", "llmctl help");
  }

  const Command* command = find_command(args[noun]);
  if (command == nullptr) {
    // The value of a misspelt option must not be blamed for not being a command.
    if (noun > 0 && is_option(args[noun - 1]))
      parse_words(tree, {args.begin(), args.begin() + noun});
    throw_unknown_command(args[noun]);
  }
  args[noun] = command->name;
  tree.add(*command);
  complete_verb(args, noun, *command, tree);
  if (parse_words(tree, args)) {
    invocation.text = help_of(tree, *command, deepest(tree.root()));
  } else {
    invocation.command = command;
    invocation.verb = chosen_verb(tree);
  }
  return invocation;
}

}  // namespace llmctl::cli
