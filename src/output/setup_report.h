#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/doctor.h"
#include "admin/template_cache.h"
#include "output/report.h"

/// Reports of what sets a whole database up and checks it: init, doctor.
namespace llmctl::output {

/// `from_template`: "hit", "built", or nothing where no template cache was asked for.
Report init_report(const admin::TemplateFacts& facts,
                   const std::optional<std::string>& from_template);

Report doctor_report(const std::vector<admin::Finding>& findings);

}  // namespace llmctl::output
