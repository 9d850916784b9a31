#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/error.h"
#include "base/input.h"
#include "base/signals.h"
#include "chat/conversation.h"
#include "chat/turn.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/noun.h"
#include "output/turn_report.h"
#include "storage/attempts.h"
#include "storage/find_id.h"

namespace llmctl::cli {
namespace {

struct ChatOptions {
  std::vector<std::string> words;  ///< MESSAGE, and "-"
  std::optional<std::string> file;
  std::optional<std::string> agent;
  std::optional<std::string> llm;
  std::optional<std::string> conversation;
  bool continue_latest = false;
  std::optional<std::string> system;
  std::optional<std::string> actor;
  bool no_wait = false;
  bool usage = false;
  bool stream = false;
  int retries = 2;
};

/// Shows an answer as it arrives.
class ShownAnswer final : public providers::StreamSink {
 public:
  explicit ShownAnswer(Context& context) : context_(context) {}

  void text(std::string_view piece) override {
    context_.show(piece);
    if (piece.empty()) return;
    last_ = piece.back();
    shown_ += piece.size();
  }
  bool any() const { return shown_ > 0; }
  /// What the whole answer has beyond what was streamed.
  void complete(const std::string& answer) {
    if (answer.size() > shown_) text(std::string_view(answer).substr(shown_));
  }
  void end_line() {
    if (any() && last_ != '\n') context_.show("\n");
  }

 private:
  Context& context_;
  std::size_t shown_ = 0;  ///< bytes
  char last_ = 0;
};

/// The newline that ends a text file is not part of the message.
std::string without_last_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string read_stdin() {
  return without_last_newline(read_standard_input(chat::longest_message + 1));
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    // Opening a named pipe waits for a writer.
    throw_if_interrupted();
    const ErrorKind kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::io;
    throw Error(kind, fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
  }
  // Not much more than a message may have, so that a huge file ends in an error and not in memory.
  std::string text(chat::longest_message + 2, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad())
    throw Error(ErrorKind::io, fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
  return without_last_newline(std::move(text));
}

/// The message: words, a file, or stdin; a word and "-" together are the word, a blank line, then
/// stdin.
std::string message_of(const ChatOptions& options) {
  std::vector<std::string> words = options.words;
  const bool wants_stdin = !words.empty() && words.back() == "-";
  if (wants_stdin) words.pop_back();
  if (words.size() > 1) {
    throw Error(ErrorKind::usage, "more than one message",
                "quote a message that has blanks: llmctl chat 'Hello there'");
  }
  if (options.file) {
    if (wants_stdin || !words.empty())
      throw Error(ErrorKind::usage, "a message and --file at once");
    return read_file(*options.file);
  }
  if (wants_stdin) return words.empty() ? read_stdin() : words.front() + "\n\n" + read_stdin();
  if (!words.empty()) return words.front();
  if (isatty(STDIN_FILENO) != 0)
    throw Error(ErrorKind::usage, "no message", "llmctl chat 'Hello', or pipe one in");
  return read_stdin();
}

std::optional<Uuid> conversation_of(const ChatOptions& options, const std::string& actor,
                                    storage::Database& database) {
  if (options.conversation && options.continue_latest) {
    throw Error(ErrorKind::usage, "--conversation and --continue at once");
  }
  if (options.conversation) return storage::find_conversation_id(database, *options.conversation);
  if (!options.continue_latest) return std::nullopt;
  const auto latest = storage::latest_conversation_started_by(database, actor);
  if (latest) return latest;
  throw Error(ErrorKind::not_found, fmt::format("'{}' has not started a conversation yet", actor),
              "leave --continue out, or name one with --conversation");
}

/// Whoever misses the answer on stdout must not pay for it again.
void print_answer(const chat::TurnResult& turn, Context& context) {
  try {
    context.print(output::turn_report(turn));
  } catch (Error& problem) {
    problem.stage = "answered";
    if (!turn.not_stored) {
      problem.hint =
          "the answer is stored: llmctl conversation show " + to_string(turn.conversation.id);
    }
    throw;
  }
}

void print_turn(const ChatOptions& options, const chat::TurnResult& turn, ShownAnswer& shown,
                Context& context) {
  if (shown.any()) {
    if (turn.assistant_message) shown.complete(turn.assistant_message->content);
    shown.end_line();
  } else {
    print_answer(turn, context);
  }
  if (options.usage) context.say(output::usage_line(turn.attempt));
  if (context.verbose()) {
    context.notify(fmt::format("conversation {}, attempt {}, {}", to_string(turn.conversation.id),
                               to_string(turn.attempt.id), turn.attempt.status));
  }
  if (!turn.not_stored) return;
  Error problem(turn.not_stored->kind,
                fmt::format("answer not stored: {}", turn.not_stored->what()),
                "the question is stored, its answer is only what was printed");
  problem.stage = "answered";
  throw problem;
}

/// Reading may not take longer than the command may; a turn that has begun keeps the time itself.
std::string read_message(const ChatOptions& options, Context& context) {
  limit_run_time(context.timeout().value_or(Duration::zero()));
  std::string message = message_of(options);
  limit_run_time(Duration::zero());
  return message;
}

/// People see an answer grow; scripts get it whole, unless they ask.
bool wants_stream(const ChatOptions& options, const Context& context) {
  if (!options.stream) return context.prints_to_terminal() && !context.wants_rows();
  if (!context.wants_rows()) return true;
  throw Error(ErrorKind::usage, "--stream prints the answer's text as it comes, and nothing else",
              "leave --format and --columns out");
}

void chat_once(const ChatOptions& options, Context& context) {
  chat::TurnRequest request;
  request.message = read_message(options, context);
  chat::require_valid_message(request.message, "the message");
  request.agent = options.agent;
  request.llm = options.llm;
  request.system = options.system;
  request.actor = context.actor(options.actor);
  request.retries = options.retries;
  request.wait = !options.no_wait;
  if (const auto timeout = context.timeout()) request.timeout = *timeout;
  context.check_columns(output::turn_report({}));
  chat::Runtime runtime = context.runtime(storage::Access::read_write);
  request.conversation = conversation_of(options, request.actor, runtime.database);
  ShownAnswer shown(context);
  if (wants_stream(options, context)) request.sink = &shown;
  try {
    print_turn(options, chat::send(runtime, request), shown, context);
  } catch (const Error&) {
    shown.end_line();
    throw;
  }
}

/// What ends a turn without saying how far it had come ended it before anything was sent.
void chat_staged(const ChatOptions& options, Context& context) {
  try {
    chat_once(options, context);
  } catch (Error& problem) {
    if (problem.stage.empty()) problem.stage = "before_send";
    throw;
  }
}

}  // namespace

void build_chat(Noun& noun) {
  auto& verb = noun.alone<ChatOptions>(chat_staged);
  CLI::App& app = verb.app;
  ChatOptions& options = verb.options;
  app.add_option("MESSAGE", options.words, "the message; - reads stdin, after a message too")
      ->expected(1, 2);
  app.add_option("--file", options.file, "read the message from a file")->type_name(value::file);
  app.add_option("-a,--agent", options.agent, "who answers; becomes the conversation's agent")
      ->type_name(value::agent);
  app.add_option("-m,--llm", options.llm,
                 "with which LLM (an id or a model); becomes the conversation's LLM")
      ->type_name(value::llm);
  app.add_option("--conversation", options.conversation, "go on with this conversation")
      ->type_name(value::conversation);
  app.add_flag("-c,--continue", options.continue_latest,
               "go on with the latest conversation that you started");
  app.add_option("-s,--system", options.system, "store this system message first")
      ->type_name("TEXT");
  app.add_option("--actor", options.actor, "who asks; stands in the audit trail")
      ->type_name("NAME");
  app.add_flag("--no-wait", options.no_wait,
               "do not wait for a pending answer; print the conversation's id");
  app.add_option("--retries", options.retries,
                 "tries after the first, for errors that may pass (2)")
      ->check(CLI::Range(0, 10))
      ->type_name("N");
  app.add_flag("--stream", options.stream,
               "print the answer as it comes, also where stdout is no terminal");
  app.add_flag("--usage", options.usage, "say tokens, cost and time on stderr");
}

}  // namespace llmctl::cli
