#pragma once

#include <vector>

#include "chat/poll.h"
#include "chat/turn.h"
#include "output/report.h"

namespace llmctl::output {

/// Text is the reply alone; without an answer yet, the conversation's id.
Report turn_report(const chat::TurnResult& turn);
Report poll_report(const std::vector<chat::PollOutcome>& outcomes);

/// "tokens 12+5, cost 0.00425 USD, 1.2s": one line about a turn for people.
std::string usage_line(const model::Attempt& attempt);

}  // namespace llmctl::output
