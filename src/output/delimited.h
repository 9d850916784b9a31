#pragma once

#include "output/report.h"
#include "output/writer.h"

namespace llmctl::output {

/// csv (RFC 4180 quoting, lines end in LF) or tsv (tab, newline, CR and backslash as \t \n \r \\),
/// as the style says. Text that a spreadsheet would run as a formula gets a leading apostrophe.
/// Always UTF-8.
void write_delimited(Writer& out, const Report& report, const Selection& columns,
                     const Style& style);

}  // namespace llmctl::output
