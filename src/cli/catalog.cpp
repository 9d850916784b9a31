#include "admin/catalog.h"

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"
#include "output/catalog_report.h"
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

template <class Record>
void build(Noun& noun, const char* value_name) {
  const std::string what(model::noun_of<Record>);
  const auto add_id = [&](VerbOf<IdOptions>& verb) {
    verb.app.add_option("ID", verb.options.id, "which " + what)->required()->type_name(value_name);
  };
  noun.verb<ListOptions>("list", "list every " + what, list<Record>);
  add_id(noun.verb<IdOptions>("show", "show one " + what, show<Record>));
  add_id(noun.verb<IdOptions>("enable", "make it active", set_active<Record, true>));
  add_id(noun.verb<IdOptions>("disable", "make it inactive", set_active<Record, false>));
}

}  // namespace

void build_provider(Noun& noun) { build<LlmProvider>(noun, value::llm); }
void build_agent(Noun& noun) { build<Agent>(noun, value::agent); }
void build_tool(Noun& noun) { build<Tool>(noun, value::tool); }

}  // namespace llmctl::cli
