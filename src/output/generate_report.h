#pragma once

#include "output/report.h"
#include "seeding/generate.h"

namespace llmctl::output {

/// Attempts are not part of a file.
Report generate_report(const seeding::GenerateResult& result, bool as_file);

}  // namespace llmctl::output
