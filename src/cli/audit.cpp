#include "audit/trail.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/listing.h"
#include "cli/noun.h"
#include "output/trail_report.h"
#include "storage/catalog.h"
#include "storage/conversations.h"
#include "storage/find_id.h"

namespace llmctl::cli {
namespace {

struct FilterOptions {
  std::optional<std::string> since;
  std::optional<std::string> until;
  std::optional<std::string> conversation;
  audit::Filter filter;
  PageOptions page;
};

/// Nor may a conversation that does not exist, or was deleted, look like an empty one.
void require_listed(const Uuid& conversation, const audit::Filter& filter, Context& context) {
  const auto found =
      storage::find_conversation(context.database(storage::Access::read_only), conversation);
  if (!found)
    throw Error(ErrorKind::not_found, "no conversation '" + to_string(conversation) + "'",
                "llmctl conversation list");
  if (found->deleted_at && !filter.deleted) {
    context.notify("conversation " + to_string(conversation) +
                   " is deleted: --deleted lists its messages");
  }
}

audit::Filter filter_of(const FilterOptions& options, Context& context) {
  audit::Filter filter = options.filter;
  const Timestamp now = context.clock().now();
  storage::Database& database = context.database(storage::Access::read_only);
  // A misspelt name must not look like a clean audit.
  if (filter.agent) storage::require<model::Agent>(database, *filter.agent);
  if (filter.llm) storage::require<model::LlmProvider>(database, *filter.llm);
  if (options.since) filter.since = require_moment("--since", *options.since, now, false);
  if (options.until) filter.until = require_moment("--until", *options.until, now, true);
  if (options.conversation) {
    filter.conversation = storage::find_conversation_id(database, *options.conversation);
    require_listed(*filter.conversation, filter, context);
  }
  return filter;
}

void list(const FilterOptions& options, Context& context) {
  const audit::Filter filter = filter_of(options, context);
  context.print(output::messages_report(audit::list_messages(
      context.database(storage::Access::read_only), filter, page_of(options.page, context))));
}

void attempts(const FilterOptions& options, Context& context) {
  const audit::Filter filter = filter_of(options, context);
  context.print(output::attempts_report(audit::list_attempts(
      context.database(storage::Access::read_only), filter, page_of(options.page, context))));
}

struct ShowOptions {
  std::string message;
};

void show(const ShowOptions& options, Context& context) {
  storage::Database& database = context.database(storage::Access::read_only);
  const Uuid id = storage::find_message_id(database, options.message);
  context.print(output::story_report(audit::tell_story(database, id)));
}

void add_filters(CLI::App& app, FilterOptions& options) {
  audit::Filter& filter = options.filter;
  app.add_option("--since", options.since, "from this time on: RFC 3339, a date, or 24h, 7d ago")
      ->type_name("TIME");
  app.add_option("--until", options.until, "before this time; of a date the whole day counts")
      ->type_name("TIME");
  app.add_option("--agent", filter.agent, "of this agent")->type_name(value::agent);
  app.add_option("--llm", filter.llm, "of this LLM")->type_name(value::llm);
  app.add_option("--conversation", options.conversation, "of this conversation")
      ->type_name(value::conversation);
  add_choice(app, "--status", filter.status, "started|pending|completed|failed",
             "whose turn's last attempt stands so");
  app.add_option("--actor", filter.actor, "asked for by this user")->type_name("NAME");
  add_page_options(app, options.page);
}

}  // namespace

void build_audit(Noun& noun) {
  auto& list_verb = noun.verb<FilterOptions>("list", "list messages, newest first", list);
  add_filters(list_verb.app, list_verb.options);
  add_choice(list_verb.app, "--role", list_verb.options.filter.role, "user|assistant|system",
             "of this role");
  list_verb.app.add_flag("--blocked", list_verb.options.filter.blocked, "only blocked messages");
  list_verb.app.add_flag("--deleted", list_verb.options.filter.deleted,
                         "only soft-deleted messages");

  auto& show_verb = noun.verb<ShowOptions>("show", "tell the whole story of a message", show);
  show_verb.app.add_option("MESSAGE", show_verb.options.message, "its id, or the end of it")
      ->required();

  auto& attempts_verb =
      noun.verb<FilterOptions>("attempts", "list provider calls, newest first", attempts);
  add_filters(attempts_verb.app, attempts_verb.options);
}

}  // namespace llmctl::cli
