#include "admin/catalog.h"

#include <fmt/format.h>

#include "admin/history.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/listing.h"
#include "cli/noun.h"
#include "output/catalog_report.h"
#include "output/history_report.h"
#include "seeding/assignments.h"
#include "storage/catalog.h"

namespace llmctl::cli {
namespace {

using model::Agent;
using model::LlmProvider;
using model::Tool;

struct ListOptions {};
struct IdOptions {
  std::string id;
};

template <class Record>
void list(const ListOptions&, Context& context) {
  context.print(
      output::list_report(storage::list<Record>(context.database(storage::Access::read_only))));
}

template <class Record>
void show(const IdOptions& options, Context& context) {
  context.print(output::show_report(
      storage::require<Record>(context.database(storage::Access::read_only), options.id)));
}

template <class Record, bool active>
void set_active(const IdOptions& options, Context& context) {
  storage::Database& database = context.database(storage::Access::read_write);
  context.print(output::change_report(admin::set_active<Record>(
      database, options.id, active, context.clock().now(), context.actor())));
}

struct HistoryOptions : IdOptions {
  PageOptions page;
};

template <class Record>
void history(const HistoryOptions& options, Context& context) {
  context.print(output::history_report(admin::read_history<Record>(
      context.database(storage::Access::read_only), options.id, page_of(options.page, context))));
}

struct SetOptions : IdOptions {
  std::vector<std::string> assignments;
  std::optional<std::string> reason;
  bool dry_run = false;
};

void require_reason(const std::optional<std::string>& reason) {
  if (reason && trim(*reason).empty()) throw Error(ErrorKind::usage, "--reason says nothing");
}

template <class Record>
void set(const SetOptions& options, Context& context) {
  context.check_columns(output::edit_report({}));
  require_reason(options.reason);
  storage::Database& database =
      context.database(options.dry_run ? storage::Access::read_only : storage::Access::read_write);
  const admin::Edit<Record> edit = [&](const Record& record) {
    return seeding::with_assignments(record, options.assignments, seeding::known_in(database));
  };
  context.print(output::edit_report(admin::edit<Record>(
      database, options.id, edit,
      {context.clock().now(), context.actor(), options.reason.value_or("set"), options.dry_run})));
}

struct RevertOptions : IdOptions {
  std::int64_t revision = 0;
  std::optional<std::string> reason;
  bool dry_run = false;
};

template <class Record>
void revert(const RevertOptions& options, Context& context) {
  context.check_columns(output::revert_report({}));
  require_reason(options.reason);
  storage::Database& database =
      context.database(options.dry_run ? storage::Access::read_only : storage::Access::read_write);
  context.print(output::revert_report(admin::revert<Record>(
      database, options.id, options.revision,
      {context.clock().now(), context.actor(), options.reason, options.dry_run})));
}

/// What completion calls an id of this kind.
template <class Record>
constexpr const char* value_name = nullptr;
template <>
constexpr const char* value_name<LlmProvider> = value::llm;
template <>
constexpr const char* value_name<Agent> = value::agent;
template <>
constexpr const char* value_name<Tool> = value::tool;

template <class Record, class Options>
void add_id(VerbOf<Options>& verb) {
  verb.app.add_option("ID", verb.options.id, fmt::format("which {}", model::noun_of<Record>))
      ->required()
      ->type_name(value_name<Record>);
}

template <class Record>
void add_set(Noun& noun) {
  auto& verb = noun.verb<SetOptions>("set", "change some of its fields", set<Record>);
  add_id<Record>(verb);
  verb.app.add_option("KEY=VALUE", verb.options.assignments, "fields and their new values")
      ->required();
  verb.app.add_option("--reason", verb.options.reason, "why, for the history")->type_name("TEXT");
  verb.app.add_flag("--dry-run", verb.options.dry_run, "say what would change, and change nothing");
}

template <class Record>
void add_history(Noun& noun) {
  auto& history_verb =
      noun.verb<HistoryOptions>("history", "list its changes, newest first", history<Record>);
  add_id<Record>(history_verb);
  add_page_options(history_verb.app, history_verb.options.page);

  auto& revert_verb =
      noun.verb<RevertOptions>("revert", "make it as it was in a revision", revert<Record>);
  add_id<Record>(revert_verb);
  revert_verb.app.add_option("REV", revert_verb.options.revision, "its number in the history")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->type_name(value::revision);
  revert_verb.app.add_option("--reason", revert_verb.options.reason, "why, for the history")
      ->type_name("TEXT");
  revert_verb.app.add_flag("--dry-run", revert_verb.options.dry_run,
                           "say what would change, and change nothing");
}

template <class Record>
void add_verbs(Noun& noun) {
  const std::string what(model::noun_of<Record>);
  noun.verb<ListOptions>("list", "list every " + what, list<Record>);
  add_id<Record>(noun.verb<IdOptions>("show", "show one " + what, show<Record>));
  add_id<Record>(noun.verb<IdOptions>("enable", "make it active", set_active<Record, true>));
  add_id<Record>(noun.verb<IdOptions>("disable", "make it inactive", set_active<Record, false>));
  add_set<Record>(noun);
  add_history<Record>(noun);
}

}  // namespace

void build_provider(Noun& noun) { add_verbs<LlmProvider>(noun); }
void build_agent(Noun& noun) { add_verbs<Agent>(noun); }
void build_tool(Noun& noun) { add_verbs<Tool>(noun); }

}  // namespace llmctl::cli
