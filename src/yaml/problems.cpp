#include "yaml/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.h"

namespace llmctl::yaml {
namespace {

// A file of rubbish must not take more memory to complain about than to read.
constexpr std::size_t max_problems = 1000;

constexpr std::size_t max_quoted = 60;

Error report_of(std::vector<ErrorDetail> details) {
  std::set<std::string_view> files;
  for (const ErrorDetail& detail : details) files.insert(detail.file);
  const std::string where =
      files.size() == 1 ? in_quotes(details.front().file) : fmt::format("{} files", files.size());
  Error error(ErrorKind::invalid_data,
              fmt::format("{} {} in {}", details.size(),
                          details.size() == 1 ? "problem" : "problems", where));
  error.details = std::move(details);
  return error;
}

}  // namespace

void Problems::refuse(Mark mark, std::string message) {
  add(mark, std::move(message));
  refused_.emplace(mark.line, mark.column);
}

bool Problems::is_refused(Mark mark) const {
  return refused_.contains({mark.line, mark.column}) ||
         (others_ != nullptr && others_->is_refused(mark));
}

void Problems::add(Mark mark, std::string message) {
  if (is_refused(mark)) return;
  if (details_.size() > max_problems) return;
  if (details_.size() == max_problems) message = "too many problems: the rest is not shown";
  details_.push_back({file_, mark.line, mark.column, std::move(message)});
}

std::vector<ErrorDetail> Problems::sorted() const {
  std::vector<ErrorDetail> details = details_;
  std::ranges::stable_sort(details, {}, [](const ErrorDetail& detail) {
    return std::tuple(detail.line, detail.column);
  });
  return details;
}

void throw_if_any(std::vector<ErrorDetail> details) {
  if (!details.empty()) throw report_of(std::move(details));
}

std::string in_quotes(std::string_view text) {
  const std::string_view shown = first_code_points(text, max_quoted);
  std::string result = "'";
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      result += c == '\n' ? "\\n" : c == '\t' ? "\\t" : fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + (shown.size() < text.size() ? "…'" : "'");
}

}  // namespace llmctl::yaml
