#include "chat/poll.h"

#include <algorithm>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"
#include "output/turn_report.h"
#include "storage/find_id.h"

namespace llmctl::cli {
namespace {

struct PollOptions {
  std::vector<std::string> conversations;
  bool all = false;
  bool exit_code = false;
  std::optional<std::string> actor;
};

/// Failures first; still pending counts only where the caller asked to know.
int exit_code_of(const std::vector<chat::PollOutcome>& outcomes, bool pending_counts) {
  for (const chat::PollOutcome& outcome : outcomes) {
    if (outcome.error) return exit_code(*outcome.error);
  }
  const bool pending = std::ranges::find(outcomes, chat::PollStatus::pending,
                                         &chat::PollOutcome::status) != outcomes.end();
  return pending && pending_counts ? exit_code(ErrorKind::answer_pending) : 0;
}

void poll(const PollOptions& options, Context& context) {
  if (options.all != options.conversations.empty()) {
    throw Error(ErrorKind::usage,
                options.all ? "conversations and --all at once" : "no conversation was named",
                "llmctl poll CONVERSATION…, or llmctl poll --all");
  }
  context.check_columns(output::poll_report({}));
  chat::Runtime runtime = context.runtime(storage::Access::read_write);
  chat::PollRequest request{{}, context.actor(options.actor)};
  for (const std::string& text : options.conversations) {
    request.conversations.push_back(storage::find_conversation_id(runtime.database, text));
  }
  const auto outcomes = chat::poll(runtime, request);
  context.print(output::poll_report(outcomes));
  context.set_exit_code(exit_code_of(outcomes, options.exit_code));
}

}  // namespace

void build_poll(Noun& noun) {
  auto& verb = noun.alone<PollOptions>(poll);
  verb.app
      .add_option("CONVERSATION", verb.options.conversations, "whose pending messages to ask for")
      ->type_name(value::conversation);
  verb.app.add_flag("--all", verb.options.all, "every conversation that waits for an answer");
  verb.app.add_flag("--exit-code", verb.options.exit_code,
                    "exit 75 while an answer is still pending");
  verb.app.add_option("--actor", verb.options.actor, "who polls; stands in the audit trail")
      ->type_name("NAME");
}

}  // namespace llmctl::cli
