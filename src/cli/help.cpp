#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace llmctl::cli {
namespace {

struct Line {
  std::string left;
  std::string right;
};

std::string aligned(const std::vector<Line>& lines) {
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, line.left.size());
  std::string text;
  for (const Line& line : lines)
    text += fmt::format("  {:<{}}  {}\n", line.left, width, line.right);
  return text;
}

std::string spelled(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames())
    names += fmt::format("{}-{}", names.empty() ? "" : ", ", name);
  for (const std::string& name : option.get_lnames())
    names += fmt::format("{}--{}", names.empty() ? "" : ", ", name);
  return option.get_items_expected_max() > 0 ? fmt::format("{} {}", names, type_of(option)) : names;
}

std::string positional(const CLI::Option& option) {
  const bool many = option.get_items_expected_max() > 2;
  const std::string name = option.get_name(true) + (many ? "…" : "");
  return option.get_required() ? name : fmt::format("[{}]", name);
}

std::vector<Line> option_lines(const CLI::App& app) {
  std::vector<Line> lines;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option == app.get_help_ptr()) continue;
    lines.push_back({spelled(*option), option->get_description()});
  }
  return lines;
}

std::vector<Line> argument_lines(const CLI::App& app) {
  std::vector<Line> lines;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional())
      lines.push_back({option->get_name(true), option->get_description()});
  }
  return lines;
}

std::string usage_line(const CLI::App& app, bool verb_may_be_left_out) {
  std::string words = app.get_name();
  for (const CLI::App* parent = app.get_parent(); parent != nullptr;
       parent = parent->get_parent()) {
    words = parent->get_name() + " " + words;
  }
  if (!app.get_subcommands({}).empty()) words += verb_may_be_left_out ? " [VERB]" : " VERB";
  if (verb_may_be_left_out || !option_lines(app).empty()) words += " [OPTION]…";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) words += " " + positional(*option);
  }
  return words;
}

std::string section(const std::string& title, const std::vector<Line>& lines) {
  return lines.empty() ? "" : fmt::format("\n{}:\n{}", title, aligned(lines));
}

}  // namespace

std::string overview(CommandTree& globals) {
  std::vector<Line> lines;
  for (const Command& command : commands)
    lines.push_back({std::string(command.name), std::string(command.summary)});
  lines.push_back({"help [COMMAND…]", "explain a command"});
  return fmt::format(
             "llmctl {}: administers an LLM chat backend's database\n\nusage: llmctl COMMAND "
             "[OPTION]…\n",
             LLMCTL_VERSION) +
         section("commands", lines) +
         section("global options, before or after the command", option_lines(globals.root())) +
         "\nmanual: man llmctl, man llmctl-COMMAND\n";
}

std::string help_of(CommandTree& tree, const Command& command, CLI::App& app) {
  if (&app == &tree.root()) return overview(tree);
  std::vector<Line> verbs;
  for (const CLI::App* verb : app.get_subcommands({}))
    verbs.push_back({verb->get_name(), verb->get_description()});
  const bool has_default = &app == tree.noun_app() && !command.default_verb.empty();
  const CLI::App& shown =
      has_default ? *app.get_subcommand(std::string(command.default_verb)) : app;
  const std::string of_default =
      has_default ? fmt::format(" of '{}', the default verb", command.default_verb) : "";
  return fmt::format("{}\n\nusage: {}\n", app.get_description(), usage_line(app, has_default)) +
         section("verbs", verbs) + section("arguments" + of_default, argument_lines(shown)) +
         section("options" + of_default, option_lines(shown)) +
         fmt::format("\nglobal options: llmctl help; manual: man llmctl-{}\n", command.name);
}

}  // namespace llmctl::cli
