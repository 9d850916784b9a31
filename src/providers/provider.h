#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/uuid.h"
#include "http/message.h"
#include "model/records.h"

/// Providers do no I/O: they turn a turn into a request, and bytes into a result. chat/ runs them.
namespace llmctl::providers {

enum class Status { completed, pending, failed };

/// Why a provider gave no answer. The name is what attempts and JSON output say.
enum class ProviderErrorKind {
  auth,
  not_found,
  rate_limited,
  quota,
  invalid_request,
  context_length,
  content_filter,
  overloaded,
  server,
  timeout,
  network,
  tls,
  malformed,
  cancelled,
};
std::string_view kind_name(ProviderErrorKind kind);
std::optional<ProviderErrorKind> parse_provider_error_kind(std::string_view name);
/// Every name, in the order of the enumeration.
std::vector<std::string> provider_error_kind_names();
/// Whether the same request may succeed later: the caller's fault is not, the provider's or the
/// network's is.
bool is_transient(ProviderErrorKind kind);

struct ProviderError {
  ProviderErrorKind kind = ProviderErrorKind::server;
  bool retryable = false;
  std::optional<Duration> advised_wait;
  std::optional<std::int64_t> http_status;
  std::string message;  ///< the provider's own words
};

/// A function the model asks for. llmctl records it and never runs it.
struct ToolCall {
  std::string id;
  std::string name;
  JsonText arguments;
};

struct ProviderResult {
  Status status = Status::completed;
  std::string content;                     ///< the assistant's text when completed
  std::optional<Uuid> pending_message_id;  ///< the message that polling will complete; set by chat,
                                           ///< never by a provider
  std::vector<ToolCall> tool_calls;
  model::Usage usage;
  std::string served_model;  ///< empty: unknown
  std::string finish_reason;
  std::string request_id;
  JsonText state;  ///< what poll_response needs to find the answer again; may be empty
  std::optional<ProviderError> error;  ///< when failed
  Duration delay{};  ///< how long the runner waits before it takes this result: scripted latency
};

/// Takes text of a streamed answer as it arrives.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual void text(std::string_view piece) = 0;
};

class ReplyReader;

/// One request to be made, and who reads the reply.
struct Exchange {
  http::Request request;
  std::unique_ptr<ReplyReader> reader;
};
/// Done, or one more exchange.
using Step = std::variant<ProviderResult, Exchange>;

/// Reads the reply to one request: `begin`, any number of `feed`, then either `finish` or `fail`.
/// Throws nothing for what a server may send: that is a failed result.
class ReplyReader {
 public:
  virtual ~ReplyReader() = default;
  virtual void begin(const http::ReplyHead& head) = 0;
  /// Takes any split of the body's bytes. `sink` may be absent.
  virtual void feed(std::string_view bytes, StreamSink* sink) = 0;
  /// The reply is complete.
  virtual Step finish() = 0;
  /// It will not be: a failed result with this error and the text so far. Also before `begin`.
  virtual ProviderResult fail(ProviderError error) = 0;
};

/// One thing that was said in a conversation.
struct HistoryEntry {
  std::string role;  ///< system, user, assistant or tool
  std::string content;
  std::vector<ToolCall> tool_calls = {};  ///< an assistant's
  std::string tool_call_id = {};          ///< of a tool's result: which call it answers
};

/// What a provider answers: what was said up to the user's new message, or the tools' new results,
/// and who is asked.
struct Turn {
  const model::Conversation& conversation;
  const std::vector<HistoryEntry>& history;  ///< in order
  const std::optional<model::Agent>& agent;
  const std::vector<model::Tool>& tools;  ///< the agent's active ones
  std::int64_t hop = 0;                   ///< tries of this turn before this one
  bool stream = false;                    ///< ask for the answer piece by piece
};

/// A message that waits for its answer.
struct PendingTurn {
  const model::Message& message;
  const model::Attempt& attempt;
  const std::vector<HistoryEntry>& history;  ///< in order; the last one is the user's
  const std::optional<model::Agent>& agent;
  std::int64_t polls = 0;  ///< how often it was asked before
};

class Provider {
 public:
  virtual ~Provider() = default;
  /// Throws Error(configuration) for what a request would lack: a model, an address, a credential.
  virtual void require_ready() const {}
  virtual Step send_message(const Turn& turn) = 0;
  /// Nothing: this provider answers at once, so there is nothing to poll.
  virtual std::optional<Step> poll_response(const PendingTurn& pending) = 0;
};

/// What a provider needs besides its LLM's row. Asked when a request is made, not before.
struct ProviderContext {
  /// The secret of this name for a request to this URL. Throws Error(configuration) when there is
  /// none, or when it is not bound to the URL's host; nothing for a loopback address to which no
  /// secret is bound.
  std::function<std::optional<Secret>(std::string_view credential, std::string_view url)>
      credential;
  /// Of the environment; nothing for an empty one.
  std::function<std::optional<std::string>(std::string_view name)> variable;
  std::function<Timestamp()> now;
};

/// The provider that answers for `llm`; without one, the Dummy. Throws Error(configuration) for a
/// provider type that has no implementation, and for settings that the provider cannot work with.
std::unique_ptr<Provider> get_provider(const std::optional<model::LlmProvider>& llm,
                                       const ProviderContext& context = {});

/// Whether get_provider has an implementation for this LLM.
bool has_implementation(const model::LlmProvider& llm);

}  // namespace llmctl::providers
