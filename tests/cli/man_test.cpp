#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "model/fields.h"
#include "output/catalog_report.h"
#include "output/conversation_report.h"
#include "output/generate_report.h"
#include "output/history_report.h"
#include "output/migrate_report.h"
#include "output/seed_report.h"
#include "output/setup_report.h"
#include "output/trail_report.h"
#include "output/turn_report.h"
#include "tests/support/database.h"

namespace llmctl::cli {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;
using Words = std::vector<std::string>;

const fs::path source{LLMCTL_SOURCE_DIR};

Words words_of(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

/// What a page says, by the macros of mdoc(7).
struct Page {
  std::string text;
  Names verbs;                           ///< headings below VERBS, each of their words but "and"
  std::map<std::string, Names> options;  ///< `.It Fl` by the verbs of the heading; "" outside VERBS
  Names mentioned;                       ///< every Fl, wherever it stands
  Names keys;                            ///< every Va
  Names variables;                       ///< every Ev
  Names arguments;                       ///< every Ar
};

bool is_macro(const std::string& word) {
  return word.size() == 2 && std::isupper(static_cast<unsigned char>(word[0])) != 0 &&
         std::islower(static_cast<unsigned char>(word[1])) != 0;
}

bool is_punctuation(const std::string& word) {
  return word == "," || word == "." || word == ";" || word == "|";
}

/// The words that a macro of this name covers on the line: up to the next macro or "|".
Words covered_by(const std::string& macro, const Words& line) {
  Words covered;
  bool inside = false;
  for (const std::string& word : line) {
    if (word == macro || word == "." + macro) {
      inside = true;
    } else if (is_macro(word) || word == "|") {
      inside = false;
    } else if (inside && !is_punctuation(word)) {
      covered.push_back(word);
    }
  }
  return covered;
}

Page read_page(const fs::path& file) {
  Page page;
  page.text = test::read_file(file);
  std::istringstream lines(page.text);
  std::string section;
  Words verbs{""};
  for (std::string text; std::getline(lines, text);) {
    if (!text.starts_with('.')) continue;
    const Words line = words_of(text);
    if (line[0] == ".Sh") {
      section = line[1];
      verbs = {""};
    } else if (line[0] == ".Ss" && section == "VERBS") {
      verbs.assign(line.begin() + 1, line.end());
      std::erase(verbs, "and");
      page.verbs.insert(verbs.begin(), verbs.end());
    }
    // "Fl q" is -q, "Fl -quiet" is --quiet, "Fl" alone is the argument "-".
    for (const std::string& name : covered_by("Fl", line)) {
      page.mentioned.insert("-" + name);
      if (line[0] != ".It") continue;
      for (const std::string& verb : verbs) page.options[verb].insert("-" + name);
    }
    for (const std::string& name : covered_by("Va", line)) page.keys.insert(name);
    for (const std::string& name : covered_by("Ev", line)) page.variables.insert(name);
    for (const std::string& name : covered_by("Ar", line)) page.arguments.insert(name);
  }
  return page;
}

Page page_of(const std::string& name) {
  return read_page(source / "man" / ("llmctl-" + name + ".1"));
}
Page main_page() { return read_page(source / "man" / "llmctl.1"); }

/// Long and short names; --help stands in llmctl.1 alone.
Names options_of(const CLI::App& app, bool with_help = false) {
  Names names;
  for (const CLI::Option* option : app.get_options()) {
    if (option == app.get_help_ptr() && !with_help) continue;
    for (const std::string& name : option->get_lnames()) names.insert("--" + name);
    for (const std::string& name : option->get_snames()) names.insert("-" + name);
  }
  return names;
}

Names arguments_of(const CLI::App& app) {
  Names names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) names.insert(option->get_name(true));
  }
  return names;
}

void add(Names& names, const Names& more) { names.insert(more.begin(), more.end()); }

Names options_of_everything() {
  Names names = options_of(CommandTree().root(), true);
  for (const Command& command : commands) {
    CommandTree tree;
    tree.add(command);
    add(names, options_of(*tree.noun_app()));
    for (const CLI::App* verb : tree.noun_app()->get_subcommands({})) add(names, options_of(*verb));
  }
  return names;
}

/// The nodes that hold the noun's options: its verbs by name, or itself under "".
std::map<std::string, CLI::App*> nodes_of(CommandTree& tree) {
  std::map<std::string, CLI::App*> nodes;
  for (CLI::App* verb : tree.noun_app()->get_subcommands({})) nodes[verb->get_name()] = verb;
  if (nodes.empty()) nodes[""] = tree.noun_app();
  return nodes;
}

Names variables_in_sources() {
  Names variables;
  const std::regex literal("\"(LLMCTL_[A-Z_]+)\"");
  for (const auto& entry : fs::recursive_directory_iterator(source / "src")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = test::read_file(entry.path());
    for (std::sregex_iterator match(text.begin(), text.end(), literal), end; match != end;
         ++match) {
      variables.insert((*match)[1]);
    }
  }
  return variables;
}

TEST_CASE("a page is read by its macros") {
  const test::TemporaryDirectory directory;
  const Page page = read_page(
      directory.write("page.1",
                      ".Sh VERBS\n.Ss list and attempts\n.It Fl a , -agent Ar AGENT\nText --no.\n"
                      ".Ss show\n.It Fl -format Cm text | json\n.It Va one , Va two\n"
                      ".Sh OPTIONS\n.Op Fl s Ar TEXT | Fl c\n.Ev LLMCTL_DB .\n"));
  CHECK(page.verbs == Names{"attempts", "list", "show"});
  CHECK(page.options == std::map<std::string, Names>{{"attempts", {"--agent", "-a"}},
                                                     {"list", {"--agent", "-a"}},
                                                     {"show", {"--format"}}});
  CHECK(page.mentioned == Names{"--agent", "--format", "-a", "-c", "-s"});
  CHECK(page.keys == Names{"one", "two"});
  CHECK(page.variables == Names{"LLMCTL_DB"});
  CHECK(page.arguments == Names{"AGENT", "TEXT"});
}

TEST_CASE("every command has a page, and every page a command") {
  Names expected{"llmctl.1"};
  for (const Command& command : commands) expected.insert(fmt::format("llmctl-{}.1", command.name));
  Names actual;
  for (const auto& entry : fs::directory_iterator(source / "man"))
    actual.insert(entry.path().filename().string());
  CHECK(actual == expected);
}

TEST_CASE("the pages have the verbs of the program, and the program those of the pages") {
  for (const Command& command : commands) {
    INFO(command.name);
    CommandTree tree;
    tree.add(command);
    const Words verbs = tree.verb_names();
    CHECK(page_of(std::string(command.name)).verbs == Names(verbs.begin(), verbs.end()));
  }
}

TEST_CASE("the pages have the options of the program, and the program those of the pages") {
  for (const Command& command : commands) {
    CommandTree tree;
    tree.add(command);
    Page page = page_of(std::string(command.name));
    Names places;
    for (const auto& [verb, node] : nodes_of(tree)) {
      INFO("llmctl " << command.name << " " << verb);
      CHECK(page.options[verb] == options_of(*node));
      places.insert(verb);
    }
    for (const auto& [verb, options] : page.options) {
      INFO("llmctl " << command.name << ", options under the heading '" << verb << "'");
      CHECK((options.empty() || places.contains(verb)));
    }
  }
}

TEST_CASE("the arguments of the program stand in the pages") {
  for (const Command& command : commands) {
    CommandTree tree;
    tree.add(command);
    const Page page = page_of(std::string(command.name));
    for (const auto& [verb, node] : nodes_of(tree)) {
      for (const std::string& argument : arguments_of(*node)) {
        INFO("llmctl " << command.name << " " << verb << " " << argument);
        CHECK(page.arguments.contains(argument));
      }
    }
  }
}

TEST_CASE("the global options stand in llmctl.1, and no others") {
  Page page = main_page();
  CHECK(page.options[""] == options_of(CommandTree().root(), true));
}

TEST_CASE("no page speaks of an option that does not exist") {
  const Names known = options_of_everything();
  for (const auto& entry : fs::directory_iterator(source / "man")) {
    for (const std::string& option : read_page(entry.path()).mentioned) {
      INFO(entry.path().filename().string() << ": " << option);
      CHECK(known.contains(option));
    }
  }
}

TEST_CASE("llmctl.1 names the variables that the program reads, and no others") {
  Names documented;
  for (const std::string& name : main_page().variables) {
    if (name.starts_with("LLMCTL_") && name != "LLMCTL_*") documented.insert(name);
  }
  CHECK(documented == variables_in_sources());
}

TEST_CASE("llmctl.1 names every command") {
  const Page page = main_page();
  for (const Command& command : commands) {
    INFO(command.name);
    CHECK(page.text.find(fmt::format(".It Cm {}\n", command.name)) != std::string::npos);
    CHECK(page.text.find(fmt::format(".Xr llmctl-{} 1 ", command.name)) != std::string::npos);
  }
}

TEST_CASE("the pages document every key of the results") {
  const admin::ConversationDetail conversation;
  admin::RevertResult agent_revert;
  agent_revert.noun = "agent";
  admin::RevertResult provider_revert;
  provider_revert.noun = "provider";
  admin::EditResult agent_edit;
  agent_edit.noun = "agent";
  admin::EditResult provider_edit;
  provider_edit.noun = "provider";
  const std::vector<std::pair<std::string, output::Report>> reports{
      {"agent", output::list_report(std::vector<model::Agent>{})},
      {"agent", output::change_report(admin::ActiveChange{"agent", "", false, false})},
      {"agent", output::edit_report(agent_edit)},
      {"agent", output::history_report({})},
      {"agent", output::revert_report(agent_revert)},
      {"audit", output::messages_report({})},
      {"audit", output::attempts_report({})},
      {"audit", output::story_report({})},
      {"chat", output::turn_report({})},
      {"conversation", output::conversations_report({})},
      {"conversation", output::conversation_report(conversation)},
      {"conversation", output::change_report(admin::ConversationChange{})},
      {"doctor", output::doctor_report({})},
      {"init", output::init_report({}, {})},
      {"migrate", output::status_report({})},
      {"migrate", output::up_report({})},
      {"migrate", output::verification_report({})},
      {"migrate", output::adoption_report({})},
      {"migrate", output::scripts_report({})},
      {"poll", output::poll_report({})},
      {"provider", output::list_report(std::vector<model::LlmProvider>{})},
      {"provider", output::change_report(admin::ActiveChange{"provider", "", false, false})},
      {"provider", output::edit_report(provider_edit)},
      {"provider", output::history_report({})},
      {"provider", output::revert_report(provider_revert)},
      {"seed", output::seed_report({})},
      {"seed", output::plan_report({})},
      {"seed", output::validate_report({})},
      {"seed", output::generate_report({}, false)},
      {"tool", output::list_report(std::vector<model::Tool>{})},
      {"tool", output::change_report(admin::ActiveChange{"tool", "", false, false})},
  };
  for (const auto& [name, report] : reports) {
    const Names keys = page_of(name).keys;
    INFO("llmctl-" << name << ".1");
    CHECK_THAT(Words(keys.begin(), keys.end()), Catch::VectorContains(report.name));
    for (const output::Column& column : report.columns) {
      CHECK_THAT(Words(keys.begin(), keys.end()), Catch::VectorContains(column.key));
    }
  }
}

TEST_CASE("llmctl-seed.1 has every field of a seed file") {
  const Names keys = page_of("seed").keys;
  const auto check = [&](const auto& fields) {
    for (const auto& field : fields) {
      INFO(field.name);
      CHECK(keys.contains(std::string(field.name)));
    }
  };
  check(model::fields<model::LlmProvider>);
  check(model::fields<model::Agent>);
  check(model::fields<model::Tool>);
}

}  // namespace
}  // namespace llmctl::cli
