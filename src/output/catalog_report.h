#pragma once

#include <vector>

#include "admin/catalog.h"
#include "model/records.h"
#include "output/report.h"

namespace llmctl::output {

/// Lists of providers, agents and tools; json has every column by its name in the database.
/// For LlmProvider, Agent and Tool.
template <class Record>
Report list_report(const std::vector<Record>& records);
template <class Record>
Report show_report(const Record& record);

Report change_report(const admin::ActiveChange& change);

}  // namespace llmctl::output
