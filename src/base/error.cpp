#include "base/error.h"

#include <fmt/format.h>

namespace llmctl {

std::string_view kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed: return "failed";
    case ErrorKind::damaged: return "damaged";
    case ErrorKind::usage: return "usage";
    case ErrorKind::invalid_data: return "invalid_data";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::internal: return "internal";
    case ErrorKind::io: return "io";
    case ErrorKind::answer_pending: return "answer_pending";
    case ErrorKind::timeout: return "timeout";
    case ErrorKind::lock_timeout: return "lock_timeout";
    case ErrorKind::provider_refused: return "provider_refused";
    case ErrorKind::refused: return "refused";
    case ErrorKind::configuration: return "configuration";
    case ErrorKind::interrupted: return "interrupted";
    case ErrorKind::terminated: return "terminated";
  }
  return "internal";
}

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed: return 1;
    case ErrorKind::damaged: return 3;
    case ErrorKind::usage: return 64;
    case ErrorKind::invalid_data: return 65;
    case ErrorKind::not_found: return 66;
    case ErrorKind::unavailable: return 69;
    case ErrorKind::internal: return 70;
    case ErrorKind::io: return 74;
    case ErrorKind::answer_pending:
    case ErrorKind::timeout:
    case ErrorKind::lock_timeout: return 75;
    case ErrorKind::provider_refused: return 76;
    case ErrorKind::refused: return 77;
    case ErrorKind::configuration: return 78;
    case ErrorKind::interrupted: return 130;
    case ErrorKind::terminated: return 143;
  }
  return 70;
}

std::string to_string(const ErrorDetail& detail) {
  if (detail.file.empty()) return detail.message;
  if (detail.line == 0) return fmt::format("{}: {}", detail.file, detail.message);
  if (detail.column == 0) return fmt::format("{}:{}: {}", detail.file, detail.line, detail.message);
  return fmt::format("{}:{}:{}: {}", detail.file, detail.line, detail.column, detail.message);
}

}  // namespace llmctl
