#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmctl {

/// What went wrong, as scripts see it: each kind has one name in JSON and one exit code of
/// sysexits(3).
enum class ErrorKind {
  failed,            ///< 1: no better code exists
  damaged,           ///< 3: the file is no database, truncated or corrupt
  usage,             ///< 64: the command line is wrong
  invalid_data,      ///< 65: input data is wrong
  not_found,         ///< 66: a named thing does not exist
  unavailable,       ///< 69: database or provider cannot be reached, worth trying again
  internal,          ///< 70: a bug in llmctl
  io,                ///< 74: disk full, permission, I/O error
  answer_pending,    ///< 75: no answer yet
  timeout,           ///< 75: the command took longer than it was given
  lock_timeout,      ///< 75: another writer held the database too long
  provider_refused,  ///< 76: the provider refused, or answered nonsense
  refused,           ///< 77: a protection of llmctl's own
  configuration,     ///< 78: settings, schema or credentials are not as they must be
  interrupted,       ///< 130: SIGINT
  terminated,        ///< 143: SIGTERM
};

/// Stable snake_case name for JSON output.
std::string_view kind_name(ErrorKind kind);
int exit_code(ErrorKind kind);

/// One place in an input file; line and column count from 1, columns in characters; 0 means
/// unknown.
struct ErrorDetail {
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;
};

/// "file:line:column: message", without the parts that are unknown.
std::string to_string(const ErrorDetail& detail);

/// Ends the command; caught once, in cli::run. Messages are lower case, without a full stop, values
/// in quotes.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind error_kind, const std::string& message, std::string what_to_do = {})
      : std::runtime_error(message), kind(error_kind), hint(std::move(what_to_do)) {}

  ErrorKind kind;
  std::string hint;   ///< what to do about it, one line; may be empty
  std::string name;   ///< overrides kind_name(kind), for a provider's own error kinds
  std::string stage;  ///< turns only: before_send, sent or answered
  std::vector<ErrorDetail> details;  ///< every problem of an input file
};

}  // namespace llmctl
