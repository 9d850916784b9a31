#pragma once

#include "output/report.h"
#include "output/writer.h"

namespace llmctl::output {

/// An aligned table with a header row. Columns are two blanks apart; flexible ones give way to fit
/// the width.
void write_table(Writer& out, const Report& report, const Selection& columns, const Style& style);

/// "title: value" lines of one record; what is unknown or empty is left out.
void write_single(Writer& out, const Report& report, const Selection& columns);

}  // namespace llmctl::output
