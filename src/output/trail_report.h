#pragma once

#include "audit/trail.h"
#include "output/report.h"

namespace llmctl::output {

Report messages_report(const audit::MessageList& list);
Report attempts_report(const audit::AttemptList& list);
Report story_report(const audit::MessageStory& story);

/// One attempt as JSON, with the names of the attempts list.
nlohmann::ordered_json attempt_json(const model::Attempt& attempt);
/// "12+5": input and output tokens; unknown is "-".
std::string tokens_text(const model::Usage& usage);

}  // namespace llmctl::output
