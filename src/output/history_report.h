#pragma once

#include "admin/history.h"
#include "output/report.h"

namespace llmctl::output {

Report history_report(const admin::History& history);
Report edit_report(const admin::EditResult& result);
Report revert_report(const admin::RevertResult& result);

}  // namespace llmctl::output
