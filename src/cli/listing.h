#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/context.h"
#include "storage/page.h"

namespace llmctl::cli {

/// -n, --cursor and --oldest-first.
struct PageOptions {
  std::optional<std::int64_t> limit;
  std::string cursor;
  bool oldest_first = false;
};
void add_page_options(CLI::App& app, PageOptions& options);

/// Without -n: 20 rows in text, all in every other format.
storage::Page page_of(const PageOptions& options, const Context& context);

/// A moment of --since or --until: RFC 3339, a date, or a time span ago ("24h"). With `whole_day` a
/// bare date means its end. Throws Error(usage) that names the option.
Timestamp require_moment(std::string_view option, const std::string& text, Timestamp now,
                         bool whole_day);

}  // namespace llmctl::cli
