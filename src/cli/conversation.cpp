#include "chat/conversation.h"

#include "admin/conversations.h"
#include "admin/history.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/listing.h"
#include "cli/noun.h"
#include "output/conversation_report.h"
#include "output/history_report.h"
#include "storage/catalog.h"
#include "storage/find_id.h"

namespace llmctl::cli {
namespace {

struct ListOptions {
  storage::ConversationQuery query;
  PageOptions page;
};

void list(const ListOptions& options, Context& context) {
  storage::Database& database = context.database(storage::Access::read_only);
  if (options.query.agent) storage::require<model::Agent>(database, *options.query.agent);
  if (options.query.llm) storage::require<model::LlmProvider>(database, *options.query.llm);
  context.print(output::conversations_report(
      storage::list_conversations(database, options.query, page_of(options.page, context))));
}

struct IdOptions {
  std::string id;
};

void show(const IdOptions& options, Context& context) {
  storage::Database& database = context.database(storage::Access::read_only);
  const Uuid id = storage::find_conversation_id(database, options.id);
  context.print(output::conversation_report(admin::show_conversation(database, id)));
}

void create(const chat::NewConversation& options, Context& context) {
  chat::Runtime runtime = context.runtime(storage::Access::read_write);
  context.print(output::new_conversation_report(chat::create_conversation(runtime, options)));
}

void remove(const IdOptions& options, Context& context) {
  storage::Database& database = context.database(storage::Access::read_write);
  const Uuid id = storage::find_conversation_id(database, options.id);
  context.print(
      output::change_report(admin::delete_conversation(database, id, context.clock().now())));
}

void restore(const IdOptions& options, Context& context) {
  storage::Database& database = context.database(storage::Access::read_write);
  const Uuid id = storage::find_conversation_id(database, options.id);
  context.print(output::change_report(admin::restore_conversation(database, id)));
}

struct HistoryOptions : IdOptions {
  PageOptions page;
};

void history(const HistoryOptions& options, Context& context) {
  storage::Database& database = context.database(storage::Access::read_only);
  const Uuid id = storage::find_conversation_id(database, options.id);
  context.print(output::history_report(
      admin::read_conversation_history(database, id, page_of(options.page, context))));
}

template <class Options>
void add_id(VerbOf<Options>& verb) {
  verb.app.add_option("ID", verb.options.id, "which conversation: its id, or the end of it")
      ->required()
      ->type_name(value::conversation);
}

}  // namespace

void build_conversation(Noun& noun) {
  auto& list_verb =
      noun.verb<ListOptions>("list", "list conversations, the latest change first", list);
  list_verb.app.add_option("--agent", list_verb.options.query.agent, "whose agent is this one")
      ->type_name(value::agent);
  list_verb.app.add_option("--llm", list_verb.options.query.llm, "whose LLM is this one")
      ->type_name(value::llm);
  list_verb.app.add_flag("--deleted", list_verb.options.query.deleted,
                         "only soft-deleted conversations");
  add_page_options(list_verb.app, list_verb.options.page);

  add_id(noun.verb<IdOptions>("show", "print a conversation with its messages", show));

  auto& create_verb = noun.verb<chat::NewConversation>(
      "create", "make an empty conversation and print its id", create);
  create_verb.app.add_option("--title", create_verb.options.title, "its title")->type_name("TEXT");
  create_verb.app.add_option("-a,--agent", create_verb.options.agent, "who will answer")
      ->type_name(value::agent);
  create_verb.app.add_option("-m,--llm", create_verb.options.llm, "with which LLM")
      ->type_name(value::llm);

  add_id(noun.verb<IdOptions>("delete", "soft-delete it and its messages", remove));
  add_id(noun.verb<IdOptions>("restore", "undo delete", restore));

  auto& history_verb =
      noun.verb<HistoryOptions>("history", "list what seeds made of it, newest first", history);
  add_id(history_verb);
  add_page_options(history_verb.app, history_verb.options.page);
}

}  // namespace llmctl::cli
