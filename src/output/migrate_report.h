#pragma once

#include <vector>

#include "migration/migrate.h"
#include "migration/verify.h"
#include "output/report.h"

/// Reports of `llmctl migrate`.
namespace llmctl::output {

Report status_report(const migration::Status& status);
Report up_report(const migration::UpResult& result);
Report verification_report(const migration::Verification& verification);
Report adoption_report(const migration::AdoptionReview& review);
Report scripts_report(const std::vector<migration::Script>& scripts);

}  // namespace llmctl::output
