#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"

namespace llmctl::cli {

/// The command of this name or alias, or null.
const Command* find_command(std::string_view word);
std::vector<std::string> command_names();

/// The global options and those of at most one noun, as a tree of CLI11. Building only what was
/// named saves a third of the start time.
class CommandTree {
 public:
  CommandTree();
  CommandTree(const CommandTree&) = delete;
  CommandTree& operator=(const CommandTree&) = delete;

  /// Adds the options of the noun that was named.
  void add(const Command& command);

  CLI::App& root() { return root_; }
  /// The noun's node; null without a command.
  CLI::App* noun_app() { return noun_app_; }
  const Noun* noun() const { return noun_ ? &*noun_ : nullptr; }
  const GlobalOptions& globals() const { return globals_; }

  /// Whether the option of this name anywhere in the tree takes a value.
  bool takes_value(std::string_view option) const;
  std::vector<std::string> verb_names() const;

 private:
  void add_global_options();

  GlobalOptions globals_;
  CLI::App root_{"Administers an LLM chat backend's database.", "llmctl"};
  CLI::App* noun_app_ = nullptr;
  std::optional<Noun> noun_;
};

/// Position of the first word that is neither an option nor an option's value, from `from` on;
/// args.size() when none is.
std::size_t first_word(const std::vector<std::string>& args, std::size_t from,
                       const CommandTree& tree);

/// What the command line asks for.
struct Invocation {
  std::unique_ptr<CommandTree> tree;
  const Command* command = nullptr;
  const Verb* verb = nullptr;  ///< null: `text` is to be printed, and that is all
  std::string text;            ///< help or version
};

/// Throws Error(usage) that suggests the nearest word.
Invocation parse_command_line(std::vector<std::string> args);

}  // namespace llmctl::cli
