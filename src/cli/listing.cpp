#include "cli/listing.h"

#include <fmt/format.h>

#include "base/error.h"

namespace llmctl::cli {

constexpr std::int64_t rows_in_text = 20;

void add_page_options(CLI::App& app, PageOptions& options) {
  app.add_option("-n", options.limit, "print at most N rows (20 in text, all in other formats)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
      ->type_name("N");
  app.add_option("--cursor", options.cursor, "go on where an earlier list ended")
      ->type_name("CURSOR");
  app.add_flag("--oldest-first", options.oldest_first, "oldest first instead of newest first");
}

storage::Page page_of(const PageOptions& options, const Context& context) {
  storage::Page page{options.limit, options.cursor, options.oldest_first};
  if (!page.limit && context.format() == output::Format::text) page.limit = rows_in_text;
  return page;
}

Timestamp require_moment(std::string_view option, const std::string& text, Timestamp now,
                         bool whole_day) {
  if (const auto day = parse_date(text)) return whole_day ? *day + std::chrono::days(1) : *day;
  if (const auto time = parse_rfc3339(text)) return *time;
  if (const auto ago = parse_duration(text)) return now - *ago;
  throw Error(ErrorKind::usage, fmt::format("{}: '{}' is no time", option, text),
              "write 2026-10-01, 2026-10-01T12:00:00Z, 24h or 7d");
}

}  // namespace llmctl::cli
